import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Runs `work` with a new folder inside `parent` that only this user can enter, and removes it with all that is in it,
 * however the work ends.
 */
export async function withScratch<T>(parent: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(parent, '.longshore-selftest-'))
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 })
  }
}

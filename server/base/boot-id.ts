import { readFile } from 'node:fs/promises'
import { hasCode } from './errors.ts'

/** Another one each time the machine starts; undefined where the system does not tell (it does on Linux). */
export async function bootId(): Promise<string | undefined> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return undefined
    throw error
  }
}

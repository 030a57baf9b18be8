import { copyFile, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResumeRecord } from '../main/engine/source/resume-store.ts'
import { shardNames, shardOf } from '../main/state/state-shards.ts'

/**
 * The list of uploads without electron-store, as the app kept it before: the same 64 files, each written, flushed and
 * copied off the main thread, with only the renaming on it. For comparison, so it does the work and has none of what
 * keeps a list safe.
 */
export function ownShards(directory: string) {
  const shards = new Map(shardNames.map((name) => [name, new Map<string, ResumeRecord>()]))

  async function write(name: string): Promise<void> {
    const path = join(directory, `${name}.json`)
    const file = await open(`${path}.draft`, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify({ uploads: [...(shards.get(name)?.values() ?? [])], version: 2 }))
      await file.sync()
    } finally {
      await file.close()
    }
    await copyFile(path, path.replace(/\.json$/, '.backup.json')).catch(unlessFirst)
    await rename(`${path}.draft`, path)
  }

  return {
    async put(records: readonly ResumeRecord[]): Promise<void> {
      await mkdir(directory, { recursive: true })
      for (const record of records) shards.get(shardOf(record.id))?.set(record.id, record)
      for (const name of new Set(records.map(({ id }) => shardOf(id)))) await write(name)
    },
  }
}

function unlessFirst(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
}

/**
 * How long a receiver takes to tell which of 100,000 names are taken (or of as many as the first argument says), when
 * all are and when none is, against `readdir` and `lstat` of the same files in this process.
 * `npx tsx bench/check-names.ts`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '../main/engine/engine.ts'
import { startReceiver } from '../server/receiver.ts'
import { memoryResumeStore } from '../test/support/memory-resume-store.ts'

const count = Number(process.argv[2] ?? 100_000)
const FOLDER = 'many'

async function secondsOf(task: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now()
  await task()
  return (performance.now() - startedAtMs) / 1000
}

const directory = mkdtempSync(join(tmpdir(), 'longshore-check-names-'))
try {
  mkdirSync(join(directory, FOLDER))
  const names = Array.from({ length: count }, (_, n) => `file ${n}.jpg`)
  for (const name of names) writeFileSync(join(directory, FOLDER, name), 'x')
  const peer = await secondsOf(async () => {
    for (const name of await readdir(join(directory, FOLDER))) await lstat(join(directory, FOLDER, name))
  })
  const receiver = await startReceiver({ directory, host: '127.0.0.1', port: 0 })
  const engine = await createEngine({ resumeStore: memoryResumeStore() })
  const asked = (kind: 'same-size' | 'free', prefix: string) =>
    secondsOf(async () => {
      const paths = names.map((name) => ({ path: [FOLDER, prefix + name], sizeBytes: 1 }))
      const checked = await engine.checkNames(`127.0.0.1:${receiver.port}`, paths)
      const told = checked?.names.filter((name) => name.kind === kind).length
      if (told !== count) throw new Error(`Expected ${count} names to be ${kind}, got ${told}.`)
    })
  const rows = [
    ['readdir and lstat', peer],
    ['all taken', await asked('same-size', '')],
    ['all free', await asked('free', 'new ')],
  ] as const
  console.log(`${count} names\n\n| | seconds | ratio |\n| --- | ---: | ---: |`)
  for (const [name, seconds] of rows)
    console.log(`| ${name} | ${seconds.toFixed(2)} | ${(seconds / peer).toFixed(2)} × |`)
  await engine.close()
  await receiver.close()
} finally {
  rmSync(directory, { recursive: true })
}

/**
 * How long the list of uploads keeps the process from doing anything else: with 10,000 uploads (or as many as the first argument says), all of them
 * added at once, then 100 changes of one each. `npx tsx bench/saved-state.ts`. It compares the list in parts, as the app keeps it, with one file for all in electron-store.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import Conf from 'conf'
import type { ResumeRecord } from '../main/engine/source/resume-store.ts'
import { STORE_OPTIONS } from '../main/state/state-store.ts'
import { openSavedUploads } from '../main/uploads/saved-uploads.ts'

const count = Number(process.argv[2] ?? 10_000)
const work = mkdtempSync(join(tmpdir(), 'longshore-saved-state-'))

function record(n: number): ResumeRecord {
  const name = `IMG_${n}.jpg`
  return {
    id: crypto.randomUUID(),
    uploadKey: 'a'.repeat(32),
    source: `/home/someone/Pictures/2026/holiday in Norway/${name}`,
    identity: { sizeBytes: 3_000_000 + n, modifiedAtMs: 1.7e12, inode: '1311768' },
    path: ['Pictures', '2026', 'holiday in Norway', name],
    folder: { id: crypto.randomUUID(), name: 'Pictures' },
    receiver: '192.168.1.20:50051',
    onConflict: 'keep-both',
    rank: n,
  }
}

type Round = { readonly longestMs: number; readonly totalMs: number }

/** Runs something and tells the longest time for which the event loop did not turn. */
async function measured(run: () => Promise<void>): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // The monitor measures nothing before its own timer has run once.
  await new Promise((resolve) => setTimeout(resolve, 5))
  const startedMs = performance.now()
  await run()
  // The longest block may be the last: the monitor sees it only when the loop turns again.
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  return { longestMs: delay.max / 1e6, totalMs: performance.now() - startedMs }
}

const records = Array.from({ length: count }, (_, n) => record(n))
const notify = (message: string) => console.log(message)
const uploads = openSavedUploads({ directory: work, writtenBy: '0.0.0', notify })
const oneFile = new Conf({ ...STORE_OPTIONS, cwd: work, configName: 'one-file' })

const added = await measured(() => uploads.put(records))
const changed: number[] = []
for (let n = 0; n < 100; n++) {
  const one = records[(n * 7919) % count]
  if (one === undefined) continue
  const { longestMs } = await measured(() => uploads.put([{ ...one, held: 'paused' }]))
  changed.push(longestMs)
}
const idle: number[] = []
for (let n = 0; n < 100; n++) {
  const { longestMs } = await measured(() => new Promise((resolve) => setTimeout(resolve, 5)))
  idle.push(longestMs)
}
const whole: number[] = []
for (let n = 0; n < 20; n++) {
  const { longestMs } = await measured(async () => {
    oneFile.store = { uploads: records }
  })
  whole.push(longestMs)
}

const figures = (list: readonly number[]) => {
  const sorted = [...list].sort((a, b) => a - b)
  return `median ${sorted[sorted.length >> 1]?.toFixed(1)} ms, longest ${sorted.at(-1)?.toFixed(1)} ms`
}
console.log(
  `${count} uploads, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`,
)
console.log(
  `all added at once: blocked ${added.longestMs.toFixed(1)} ms at most, done after ${added.totalMs.toFixed(0)} ms`,
)
console.log(`a change of one: blocked ${figures(changed)}`)
console.log(`for comparison, doing nothing on this machine: blocked ${figures(idle)}`)
console.log(`for comparison, one file for all in electron-store: blocked ${figures(whole)}`)
rmSync(work, { recursive: true, force: true })

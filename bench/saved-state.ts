/**
 * How long the list of uploads keeps the process from doing anything else: with 10,000 uploads (or as many as the first
 * argument says), all of them added at once, then 400 changes (or as many as the second says) of one each.
 * `npx tsx bench/saved-state.ts`. It compares the list as the app keeps it, in 64 stores of electron-store, with the
 * same files written without it, off the main thread, with one store for all, and with doing nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import Conf from 'conf'
import type { ResumeRecord } from '../main/engine/source/resume-store.ts'
import type { OpenStore } from '../main/state/state-store.ts'
import { openSavedUploads } from '../main/uploads/saved-uploads.ts'
import { ownShards } from './own-shards.ts'

const count = Number(process.argv[2] ?? 10_000)
const changes = Number(process.argv[3] ?? 400)
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

/** A block that nobody notices in what moves on the screen, ms. */
const BEARABLE_MS = 20

type Round = { readonly longestMs: number; readonly totalMs: number }

/** Runs something and tells the longest time for which the event loop did not turn. */
async function measured(run: () => unknown): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // The monitor measures nothing before its own timer has run once.
  await new Promise((resolve) => setTimeout(resolve, 5))
  const startedMs = performance.now()
  await run()
  const totalMs = performance.now() - startedMs
  // The longest block may be the last: the monitor sees it only when the loop turns again.
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  return { longestMs: delay.max / 1e6, totalMs }
}

const figures = (list: readonly number[]) => {
  const sorted = [...list].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1)
  const long = list.filter((ms) => ms > BEARABLE_MS).length
  return `median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms, longest ${at(1)} ms, ${long} of ${list.length} over ${BEARABLE_MS} ms`
}

const openStore: OpenStore = ({ name, ...options }) => new Conf({ ...options, configName: name })
const open = () =>
  openSavedUploads({ directory: work, openStore, writtenBy: '0.0.0', notify: (message) => console.log(message) })

const records = Array.from({ length: count }, (_, n) => record(n))
const ways = {
  'in 64 stores of electron-store': open(),
  'in 64 files without it': ownShards(join(work, 'own')),
  'in one store for all': {
    async put() {
      oneStore.store = { uploads: records }
    },
  },
  'nothing at all': { put: () => new Promise((resolve) => setTimeout(resolve, 5)) },
}
const oneStore = new Conf({ cwd: work, configName: 'one', serialize: JSON.stringify, deserialize: () => ({}) })

console.log(
  `${count} uploads, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model} with a load of ${loadavg()[0]?.toFixed(1)}, ${new Date().toISOString().slice(0, 10)}`,
)
for (const [name, way] of Object.entries(ways)) {
  const { longestMs, totalMs } = await measured(() => way.put(records))
  console.log(`all at once, ${name}: blocked ${longestMs.toFixed(1)} ms at most, done after ${totalMs.toFixed(0)} ms`)
}
const blocked = new Map(Object.keys(ways).map((name): [string, number[]] => [name, []]))
for (let n = 0; n < changes; n++) {
  const one = records[(n * 7919) % count]
  if (one === undefined) continue
  // One after the other, so that what else the machine does meets all of them alike.
  for (const [name, way] of Object.entries(ways))
    blocked.get(name)?.push((await measured(() => way.put([{ ...one, held: 'paused' }]))).longestMs)
}
for (const [name, list] of blocked) console.log(`a change of one, ${name}: blocked ${figures(list)}`)
const startedMs = performance.now()
open()
console.log(`opened again after ${(performance.now() - startedMs).toFixed(0)} ms`)
rmSync(work, { recursive: true, force: true })

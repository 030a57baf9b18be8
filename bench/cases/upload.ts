import { assertArrived } from '../run/arrived.ts'
import type { CaseContext } from '../run/case.ts'
import { type Measured, measure } from '../run/measure.ts'
import type { Peer } from '../run/peer.ts'
import { race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import type { Column, Section } from '../run/section.ts'
import { GIB, KIB, MIB, type Workload } from '../run/workload.ts'

export type Upload = Pick<Section, 'key' | 'title' | 'about'> & {
  readonly workload: Workload
  readonly peers: readonly Peer[]
  readonly columns?: readonly Column[]
}

const seconds: Column = { key: 'seconds', title: 'seconds', digits: 2, compare: true }
const filesPerSecond: Column = { key: 'filesPerSecond', title: 'files/s', digits: 0 }

export const THROUGHPUT: readonly Column[] = [seconds, { key: 'mibPerSecond', title: 'MiB/s', digits: 0 }]

/** Processor time of both sides, and their sum. */
export const PROCESSOR: readonly Column[] = [
  { key: 'senderCpu', title: 'sender, core-s/GiB', digits: 2 },
  { key: 'receiverCpu', title: 'receiver, core-s/GiB', digits: 2 },
  { key: 'bothCpu', title: 'both ends, core-s/GiB', digits: 2, compare: true },
]

/** What a small file costs, its bytes hardly count for. */
const PROCESSOR_OF_A_FILE: readonly Column[] = [
  { key: 'senderCpuMs', title: 'sender, core-ms/file', digits: 2 },
  { key: 'receiverCpuMs', title: 'receiver, core-ms/file', digits: 2 },
  { key: 'bothCpuMs', title: 'both ends, core-ms/file', digits: 2, compare: true },
]

/** Memory of both sides. */
export const MEMORY: readonly Column[] = [
  { key: 'senderPeakMib', title: 'sender, peak MiB', digits: 0 },
  { key: 'receiverPeakMib', title: 'receiver, peak MiB', digits: 0 },
]

const SMALL_BYTES = 64 * KIB

/** A floor says something about files that are longer than this, bytes. */
const LARGE_BYTES = MIB

/**
 * Sends a workload with every peer in every round, and measures time, processor time and memory. The first round's
 * content is compared as well.
 */
export async function uploadSection(
  { workload, peers: all, columns, ...section }: Upload,
  context: CaseContext,
): Promise<Section> {
  context.say(section.title)
  const bytesEach = workload.bytes / workload.files
  const peers = all.filter(({ kind }) => kind !== 'floor' || bytesEach > LARGE_BYTES)
  const laps = await race({ ...context, peers }, async ({ peer, round, running, box }) => {
    const command = await running.sender(workload.path, running.receiver?.port ?? 0)
    const measured = await measure([command], running.receiver?.child)
    if (peer.kind !== 'limit') assertArrived(workload, box, { content: round === 1 })
    return figuresOf(measured, workload)
  })
  const isSmall = bytesEach < SMALL_BYTES
  const own = isSmall ? [seconds, filesPerSecond, ...PROCESSOR_OF_A_FILE] : [...THROUGHPUT, ...PROCESSOR]
  const shown = columns ?? [...own, ...MEMORY]
  return { ...section, rounds: context.rounds, columns: shown, rows: rowsOf(peers, laps) }
}

/**
 * By the keys of all columns that a section of uploads may show. A side that there is not counts for nothing in sums.
 */
export function figuresOf(
  measured: Measured,
  { bytes, files }: Omit<Workload, 'path'>,
): Readonly<Record<string, number>> {
  const { seconds, senderCpuSeconds, receiverCpuSeconds, senderPeakMib, receiverPeakMib } = measured
  const bothCpuSeconds = senderCpuSeconds + (Number.isNaN(receiverCpuSeconds) ? 0 : receiverCpuSeconds)
  const gib = bytes / GIB
  const msOfAFile = 1000 / files
  return {
    seconds,
    mibPerSecond: bytes / MIB / seconds,
    filesPerSecond: files / seconds,
    senderCpu: senderCpuSeconds / gib,
    receiverCpu: receiverCpuSeconds / gib,
    bothCpu: bothCpuSeconds / gib,
    senderCpuMs: senderCpuSeconds * msOfAFile,
    receiverCpuMs: receiverCpuSeconds * msOfAFile,
    bothCpuMs: bothCpuSeconds * msOfAFile,
    senderPeakMib,
    receiverPeakMib,
  }
}

import { assertArrived } from '../run/arrived.ts'
import type { CaseContext } from '../run/case.ts'
import { measure } from '../run/measure.ts'
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

const perSecond: Column = { key: 'mibPerSecond', title: 'MiB/s', digits: 0 }
const filesPerSecond: Column = { key: 'filesPerSecond', title: 'files/s', digits: 0 }

/** Processor time and memory of both sides. */
export const COST: readonly Column[] = [
  { key: 'senderCpu', title: 'sender, core-s/GiB', digits: 2 },
  { key: 'receiverCpu', title: 'receiver, core-s/GiB', digits: 2 },
  { key: 'senderPeakMib', title: 'sender, peak MiB', digits: 0 },
  { key: 'receiverPeakMib', title: 'receiver, peak MiB', digits: 0 },
]

/** What a small file costs, its bytes hardly count for. */
const COST_OF_A_FILE: readonly Column[] = [
  { key: 'senderCpuMs', title: 'sender, core-ms/file', digits: 1 },
  { key: 'receiverCpuMs', title: 'receiver, core-ms/file', digits: 1 },
  ...COST.slice(2),
]

const SMALL_BYTES = 64 * KIB

/**
 * Sends a workload with every peer in every round, and measures time, processor time and memory. The first round's
 * content is compared as well.
 */
export async function uploadSection(
  { workload, peers, columns, ...section }: Upload,
  context: CaseContext,
): Promise<Section> {
  context.say(section.title)
  const laps = await race({ ...context, peers }, async ({ peer, round, running, box }) => {
    const command = await running.sender(workload.path, running.receiver?.port ?? 0)
    const measured = await measure(command, running.receiver?.child)
    if (peer.kind === 'program') assertArrived(workload, box, { content: round === 1 })
    const gib = workload.bytes / GIB
    return {
      seconds: measured.seconds,
      mibPerSecond: workload.bytes / MIB / measured.seconds,
      filesPerSecond: workload.files / measured.seconds,
      senderCpu: measured.senderCpuSeconds / gib,
      receiverCpu: measured.receiverCpuSeconds / gib,
      senderCpuMs: (measured.senderCpuSeconds * 1000) / workload.files,
      receiverCpuMs: (measured.receiverCpuSeconds * 1000) / workload.files,
      senderPeakMib: measured.senderPeakMib,
      receiverPeakMib: measured.receiverPeakMib,
    }
  })
  const seconds: Column = { key: 'seconds', title: 'seconds', digits: 2, compare: true }
  const isSmall = workload.bytes / workload.files < SMALL_BYTES
  const shown = columns ?? (isSmall ? [seconds, filesPerSecond, ...COST_OF_A_FILE] : [seconds, perSecond, ...COST])
  return { ...section, rounds: context.rounds, columns: shown, rows: rowsOf(peers, laps) }
}

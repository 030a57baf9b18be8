import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { assertArrived } from '../run/arrived.ts'
import type { Case, CaseContext } from '../run/case.ts'
import { measure } from '../run/measure.ts'
import { startProxy } from '../run/proxy.ts'
import { race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import type { Section } from '../run/section.ts'
import { MIB, makeFile, sizeText, type Workload } from '../run/workload.ts'

export const delay10: Case = delayCase(10, true)
export const delay50: Case = delayCase(50, false)

function delayCase(roundTripMs: number, isQuick: boolean): Case {
  return {
    name: `delay-${roundTripMs}`,
    about: `one file of 64 MiB through a proxy that makes a round trip take ${roundTripMs} ms`,
    isQuick,
    async run(context) {
      const workload = makeFile(join(context.folder, 'film.mov'), context.sizeBytes ?? 64 * MIB)
      try {
        return [await delaySection(workload, roundTripMs, context)]
      } finally {
        rmSync(workload.path)
      }
    },
  }
}

async function delaySection(workload: Workload, roundTripMs: number, context: CaseContext): Promise<Section> {
  const title = `One file of ${sizeText(workload.bytes)} with a round trip of ${roundTripMs} ms`
  const peers = context.peers.filter(({ name }) => name !== 'md5')
  context.say(title)
  const laps = await race({ ...context, peers }, async ({ peer, round, running, box }) => {
    const proxy = await startProxy(running.receiver?.port ?? 0, roundTripMs / 2)
    try {
      const { seconds } = await measure([await running.sender(workload.path, proxy.port)], running.receiver?.child)
      if (peer.kind !== 'limit') assertArrived(workload, box, { content: round === 1 })
      return { seconds, mibPerSecond: workload.bytes / MIB / seconds }
    } finally {
      await proxy.child.stop()
    }
  })
  return {
    key: title,
    title,
    about:
      'A proxy in a process of its own holds every byte back for half the round trip in each direction. It takes all bytes at once, so this shows what programs wait for themselves (windows of HTTP/2, answers), not the windows of TCP.',
    rounds: context.rounds,
    columns: [
      { key: 'seconds', title: 'seconds', digits: 2, compare: true },
      { key: 'mibPerSecond', title: 'MiB/s', digits: 0 },
    ],
    rows: rowsOf(peers, laps),
  }
}

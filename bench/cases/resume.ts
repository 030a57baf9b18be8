import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { assertArrived } from '../run/arrived.ts'
import type { Case } from '../run/case.ts'
import { start } from '../run/child.ts'
import { measure } from '../run/measure.ts'
import { startProxy } from '../run/proxy.ts'
import { type Lap, race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import { MIB, makeFile, sizeText, type Workload } from '../run/workload.ts'

export const resume: Case = {
  name: 'resume',
  about: 'one file of 256 MiB whose sender is killed (SIGKILL) half way and started again',
  isQuick: true,
  async run(context) {
    const { folder, peers: all, rounds, say, sizeBytes = 256 * MIB } = context
    const title = `Going on after a kill half way through ${sizeText(sizeBytes)}`
    const peers = all.filter(({ kind }) => kind === 'program')
    const workload = makeFile(join(folder, 'film.mov'), sizeBytes)
    say(title)
    try {
      const laps = await race({ ...context, peers }, (lap) => killAndGoOn(lap, workload))
      const columns = [
        { key: 'seconds', title: 'seconds to the end', digits: 2, compare: true as const },
        { key: 'sentMib', title: 'MiB sent after the kill', digits: 0 },
        { key: 'twiceMib', title: 'MiB sent twice', digits: 0 },
      ]
      return [
        {
          key: title,
          title,
          about:
            'A proxy counts what goes to the receiver. When it is half of the file, the sender is killed; the receiver stays. Then the same command runs again, and is measured from its start to its end.',
          rounds,
          columns,
          rows: rowsOf(peers, laps),
        },
      ]
    } finally {
      rmSync(workload.path)
    }
  },
}

async function killAndGoOn({ peer, round, running, box }: Lap, workload: Workload): Promise<Record<string, number>> {
  const proxy = await startProxy(running.receiver?.port ?? 0, 0)
  try {
    const command = await running.sender(workload.path, proxy.port)
    const half = proxy.passed(workload.bytes / 2)
    const killed = start(command)
    await Promise.race([
      half,
      killed.done.then(() => Promise.reject(new Error('it was done before it could be killed'))),
    ])
    await killed.stop('SIGKILL')
    const before = await proxy.forwarded()
    const { seconds } = await measure([command], running.receiver?.child)
    const after = await proxy.forwarded()
    if (keepsNames(peer.name)) assertArrived(workload, box, { content: round === 1 })
    return { seconds, sentMib: (after - before) / MIB, twiceMib: Math.max(0, after - workload.bytes) / MIB }
  } finally {
    await proxy.child.stop()
  }
}

/** tus gives every upload a name of its own, so an unfinished one may stay beside the finished one. */
function keepsNames(peer: string): boolean {
  return peer !== 'tus'
}

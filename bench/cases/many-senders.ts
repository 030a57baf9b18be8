import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { assertArrived } from '../run/arrived.ts'
import type { Case } from '../run/case.ts'
import { filesBelow } from '../run/files-below.ts'
import { measure } from '../run/measure.ts'
import type { Peer } from '../run/peer.ts'
import { race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import { GIB, makeFile, makeFolder, sizeText } from '../run/workload.ts'
import { figuresOf, MEMORY, PROCESSOR, THROUGHPUT } from './upload.ts'

const SENDERS = 16

export const manySenders: Case = {
  name: 'many-senders',
  about: `${SENDERS} senders at once, each with a file of 64 MiB, beside one sender with a file of 1 GiB`,
  isQuick: false,
  async run(context) {
    const { folder, rounds, say, sizeBytes = GIB } = context
    const one = makeFile(join(folder, 'film.mov'), sizeBytes)
    const many = makeFolder(join(folder, 'films'), SENDERS, Math.floor(sizeBytes / SENDERS))
    const size = sizeText(sizeBytes)
    const title = `${SENDERS} senders at once, ${sizeText(many.bytes / SENDERS)} each, beside one that sends ${size}`
    const alone = context.peers.filter(({ kind }) => kind !== 'limit')
    const peers = alone.flatMap((peer) => [peer, atOnce(peer)])
    say(title)
    try {
      const laps = await race({ ...context, peers }, async ({ peer, round, running: { receiver, sender }, box }) => {
        const workload = alone.includes(peer) ? one : many
        const paths = workload === one ? [one.path] : filesBelow(many.path)
        const commands = await Promise.all(paths.map((path) => sender(path, receiver?.port ?? 0)))
        const measured = await measure(commands, receiver?.child)
        assertArrived(workload, box, { content: round === 1 })
        return figuresOf(measured, workload)
      })
      const about =
        'From the start of the first sending program to the end of the last one. Memory of senders is that of all of them together.'
      const columns = [...THROUGHPUT, ...PROCESSOR, ...MEMORY]
      return [{ key: `many-senders ${size}`, title, about, rounds, columns, rows: rowsOf(peers, laps) }]
    } finally {
      rmSync(one.path)
      rmSync(many.path, { recursive: true })
    }
  },
}

/** The same program, of which several send to one receiver. */
function atOnce({ name, title, floor, ...peer }: Peer): Peer {
  const several = (one: string): string => `${one}-${SENDERS}`
  const words = { name: several(name), title: `${title}; ${SENDERS} senders at once` }
  return { ...peer, ...words, ...(floor !== undefined && { floor: several(floor) }) }
}

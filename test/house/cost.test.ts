import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { floorMd5, floorXxh128 } from '../../bench/peers/floor.ts'
import { longshore, longshoreXxh128 } from '../../bench/peers/longshore.ts'
import { start } from '../../bench/run/child.ts'
import { measure } from '../../bench/run/measure.ts'
import { type Peer, portIn, stopReceiver } from '../../bench/run/peer.ts'
import { buildPrograms, program, removePrograms } from '../../bench/run/programs.ts'
import { MIB, makeSparseFile, type Workload } from '../../bench/run/workload.ts'
import { buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'

/**
 * Longshore takes fewer times the processor time than this of a program which does what no sender and receiver of
 * verified files can do without, and nothing else. Far enough from what it takes, 1.0 to 1.4, that a busy machine does
 * not matter, and near enough that twice the work is noticed.
 */
const CASES = [
  { peer: longshore, floor: floorMd5, mostTimes: 1.8 },
  { peer: longshoreXxh128, floor: floorXxh128, mostTimes: 2.2 },
]

/** Enough that what happens once does not count for much. */
const SENT_BYTES = 256 * MIB

/** Both take turns, and the least of each counts: what else a machine does only adds to processor time. */
const ROUNDS = 2

const isLinux = process.platform === 'linux'

beforeAll(async () => {
  if (!isLinux) return
  await buildOutputs(['cli'])
  await buildPrograms()
})
afterAll(removePrograms)

test.skipIf(!isLinux).each(CASES)(
  'a large file takes few times the processor time of its floor: $peer.name (Linux)',
  async ({ peer, floor, mostTimes }) => {
    const folder = tempDir()
    const nothing = makeSparseFile(join(folder, 'nothing'), 1)
    const film = makeSparseFile(join(folder, 'film.mov'), SENT_BYTES)
    const [ours, least]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await costOf(film, nothing, peer))
      least.push(await costOf(film, nothing, floor))
    }
    const said = `core-s of ${peer.name} ${ours.join(', ')}, of ${floor.name} ${least.join(', ')}`
    expect(Math.min(...ours) / Math.min(...least), said).toBeLessThan(mostTimes)
  },
)

test.skipIf(!isLinux)(
  'a floor does what it is compared for: it fails when what arrived has another digest (Linux)',
  async () => {
    const folder = tempDir()
    const { path } = makeSparseFile(join(folder, 'film.mov'), 3 * MIB + 1)
    const receiver = start(program('floor-receiver', join(folder, 'box'), 'sha256'))
    try {
      const port = await receiver.line(portIn)
      await expect(start(program('floor-sender', port, path, 'md5')).done).rejects.toThrow(
        'differs from that of what arrived',
      )
    } finally {
      await receiver.stop()
    }
  },
)

/** Processor seconds of both ends for a file, without what it takes to start and to send a file of nothing. */
async function costOf(film: Workload, nothing: Workload, peer: Peer): Promise<number> {
  const scratch = join(tempDir(), 'scratch')
  mkdirSync(scratch)
  const running = await peer.start(join(scratch, '../box'), scratch)
  try {
    const { receiver } = running
    const cpuSeconds = async ({ path }: Workload): Promise<number> => {
      const measured = await measure([await running.sender(path, receiver?.port ?? 0)], receiver?.child)
      return measured.senderCpuSeconds + measured.receiverCpuSeconds
    }
    const startSeconds = await cpuSeconds(nothing)
    return (await cpuSeconds(film)) - startSeconds
  } finally {
    await stopReceiver(running)
  }
}

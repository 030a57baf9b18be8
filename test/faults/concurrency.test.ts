import { createHash } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { connect, source, upload } from '../../server/fixtures/client.ts'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants } from './invariants.ts'
import { chanceFor, sizeOf } from './run-size.ts'
import { setScene } from './scene.ts'
import { acknowledgedBy } from './storm.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(['cli']))

test(
  '[E1] two processes that go on with the same upload at once take it from each other, and make one whole file',
  async () => {
    const scene = setScene()
    const chance = chanceFor('E1')
    const size = 40 * MIB
    const film = scene.addSource('film.mov', size)
    const before = await scene.before()
    const receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    const arrived: Record<string, string> = {}
    for (let round = 0; round < sizeOf({ short: 3, full: 50 }); round++) {
      const [state, copy] = [join(scene.state, `${round}`), join(scene.state, `${round}-copy`)]
      const args = ['--into', `round-${round}`]
      const first = scene.send([film], proxy.port, { args, state })
      await proxy.passed(size / 4 + chance.below(size / 4))
      first.child.kill('SIGKILL')
      expect(await first.ended()).toBe('SIGKILL')
      expect(acknowledgedBy(first).size).toBe(1)

      // A copy of the memory makes both use the same key, as a restored backup of a laptop would.
      cpSync(state, copy, { recursive: true })
      const both = [state, copy].map((memory) => scene.send([film], proxy.port, { args, state: memory }))
      for (const sender of both) expect(await sender.ended(), sender.errors()).toBe(0)
      arrived[`round-${round}/film.mov`] = 'film.mov'
    }
    await expectInvariants(scene, { before, receiver, arrived })
  },
  sizeOf({ short: 120_000, full: 900_000 }),
)

test('[E2] two files that get the same name at the same moment are both kept, each whole', async () => {
  const scene = setScene()
  const before = await scene.before()
  const receiver = await scene.receive()
  const clients = [connect(receiver.port), connect(receiver.port)]
  const arrived: Record<string, string> = {}
  for (let round = 0; round < sizeOf({ short: 20, full: 100 }); round++) {
    const files = clients.map((_, index) => source(`${round}.bin`, Buffer.alloc(2 * MIB + index, `${round} ${index}`)))
    const finished = await Promise.all(files.map((file, index) => upload(clients[index] as (typeof clients)[0], file)))
    expect(finished.map(({ storedAs }) => storedAs).sort()).toEqual([`${round} (2).bin`, `${round}.bin`])
    for (const [index, { storedAs }] of finished.entries()) {
      scene.sources.set(storedAs, sha256Of(files[index]?.data ?? Buffer.of()))
      arrived[storedAs] = storedAs
    }
  }
  for (const client of clients) client.close()
  await expectInvariants(scene, { before, receiver, arrived })
})

test('[E7] a second receiver on one folder is refused, and disturbs neither the first nor its uploads', async () => {
  const scene = setScene()
  const film = scene.addSource('film.mov', 64 * MIB)
  const before = await scene.before()
  let receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  const sender = scene.send([film], proxy.port)
  await proxy.passed(16 * MIB)

  await expect(longshoreReceive(scene.box)).rejects.toThrow(/ended with 2 .*Another receiver is already using/)

  // What a killed receiver leaves behind does not hold the folder.
  receiver.child.kill('SIGKILL')
  await receiver.ended()
  receiver = await scene.receive()
  expect(await sender.ended(), sender.errors()).toBe(0)
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

function sha256Of(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}

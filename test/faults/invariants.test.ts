import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants, expectStoredBytes } from './invariants.ts'
import { CANARY } from './made-source.ts'
import { BYSTANDER, type Scene, setScene } from './scene.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(['cli']))

/** What an invariant must not let pass, done to a scene in which all went well. */
const breaches: Readonly<Record<string, (scene: Scene) => void>> = {
  'a final file that is not the source': ({ box }) => appendFileSync(join(box, 'a.bin'), 'x'),
  'a file that did not arrive': ({ box }) => rmSync(join(box, 'a.bin')),
  'a file that nobody sent': ({ box }) => writeFileSync(join(box, 'surprise.bin'), ''),
  'a change outside the receiving folder': ({ sandbox }) => writeFileSync(join(sandbox, 'elsewhere/new.txt'), ''),
  'a change of a file that was there before': ({ box }) => writeFileSync(join(box, BYSTANDER), 'Was there before'),
  'a change of a source': ({ laptop }) => appendFileSync(join(laptop, 'a.bin'), 'x'),
  'a part without an upload': ({ box }) => writeFileSync(join(box, '.longshore/parts/left.behind'), ''),
  'content in the output': ({ processes }) => processes[0]?.child.stderr.emit('data', `read ${CANARY}`),
}

test.each(Object.entries(breaches))('the invariants notice %s', async (_breach, commit) => {
  const scene = setScene()
  const source = scene.addSource('a.bin', 2 * MIB)
  const before = await scene.before()
  const receiver = await scene.receive()
  expect(await scene.send([source], receiver.port).ended()).toBe(0)
  commit(scene)
  await expect(expectInvariants(scene, { before, receiver, arrived: { 'a.bin': 'a.bin' } })).rejects.toThrow()
})

test('the invariants notice a stored chunk with other bytes', async () => {
  const scene = setScene()
  const source = scene.addSource('a.bin', 16 * MIB)
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(12 * MIB)
  const sender = scene.send([source], proxy.port)
  await proxy.passed(12 * MIB)
  for (const { child, ended } of [sender, receiver]) {
    child.kill('SIGKILL')
    await ended()
  }
  expect((await expectStoredBytes(scene)).get('a.bin')).toBeGreaterThan(0)
  const parts = join(scene.box, '.longshore/parts')
  for (const part of readdirSync(parts)) writeFileSync(join(parts, part), Buffer.alloc(16 * MIB))
  await expect(expectStoredBytes(scene)).rejects.toThrow(/the chunk of a.bin/)
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Bottleneck } from '../../main/contract/contract.ts'
import type { Engine } from '../../main/engine/engine.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

test('while a limit holds uploads back, the limit is named', async () => {
  const file = join(tempDir(), 'film.mov')
  makeFile(file, 64 * MIB)
  const { address } = await withReceiver(tempDir())
  const engine = await withEngine()
  engine.limitRate(2 * MIB)
  await addTo(engine, [file], { receiver: address })

  await untilNamed(engine, 'limit')
})

test('while the network holds uploads back, the network is named', async () => {
  const file = join(tempDir(), 'film.mov')
  makeFile(file, 64 * MIB)
  const receiver = await withReceiver(tempDir())
  const proxy = await startProxy(() => receiver.port)
  proxy.setRate(2 * MIB)
  const engine = await withEngine()
  await addTo(engine, [file], { receiver: `127.0.0.1:${proxy.port}` })

  await untilNamed(engine, 'network')
})

async function untilNamed(engine: Engine, stage: Bottleneck['stage']): Promise<void> {
  const named = new Set<string>()
  engine.onChange(({ bottleneck }) => {
    if (bottleneck !== undefined) named.add(bottleneck.stage)
  })
  await expect.poll(() => [...named], { timeout: 30_000 }).toContain(stage)
}

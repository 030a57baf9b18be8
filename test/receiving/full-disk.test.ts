import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addTo } from '../support/add-to.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

/** More than a disk has; without a byte in it, it takes no room here. */
const HUGE_BYTES = 12 * 1024 ** 4

test('a file that the disk of the receiver has no room for waits, and its status says how much is needed and left', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'huge.bin')
  writeFileSync(source, '')
  truncateSync(source, HUGE_BYTES)
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  await addTo(engine, [source], { receiver: receiver.address })
  const [status] = await untilKind(engine, 'interrupted')
  expect(status).toMatchObject({
    reason: 'DISK_FULL',
    message: expect.stringMatching(/^The receiver’s disk is full\. 12\.0 TiB are needed, [\d.]+ [KMGT]iB are left\.$/),
    shortage: { neededBytes: HUGE_BYTES, leftBytes: expect.any(Number) },
  })
  expect(status?.shortage?.leftBytes).toBeLessThan(HUGE_BYTES)
})

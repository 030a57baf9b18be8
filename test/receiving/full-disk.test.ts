import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addTo } from '../support/add-to.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

/** More than a disk has; without a byte in it, it takes no room here. */
const HUGE_BYTES = 12 * 1024 ** 4

function hugeFile(): string {
  const path = join(tempDir(), 'huge.bin')
  writeFileSync(path, '')
  truncateSync(path, HUGE_BYTES)
  return path
}

test('a file that the disk of the receiver has no room for waits, and its status says how much is needed and left', async () => {
  const receiver = await withReceiver(tempDir())
  const engine = await withEngine()
  await addTo(engine, [hugeFile()], { receiver: receiver.address })
  const [status] = await untilKind(engine, 'interrupted')
  expect(status).toMatchObject({
    reason: 'DISK_FULL',
    message: expect.stringMatching(/^The receiver’s disk is full\. 12\.0 TiB are needed, [\d.]+ [KMGT]iB are left\.$/),
    shortage: { neededBytes: HUGE_BYTES, leftBytes: expect.any(Number) },
  })
  expect(status?.shortage?.leftBytes).toBeLessThan(HUGE_BYTES)
})

test('the terminal says so at once, to people in a sentence and to programs as numbers', async () => {
  const receiver = await longshoreReceive(tempDir())
  const [file, to] = [hugeFile(), `127.0.0.1:${receiver.port}`]
  const sender = longshore('send', file, '--to', to, '--plaintext', '--state-dir', tempDir(), '--json')
  expect(await sender.event('interrupted')).toEqual({
    event: 'interrupted',
    path: file,
    reason: 'DISK_FULL',
    message: expect.stringContaining('12.0 TiB are needed'),
    neededBytes: HUGE_BYTES,
    leftBytes: expect.any(Number),
  })
  expect(sender.errors()).toContain('The receiver’s disk is full. 12.0 TiB are needed')
  sender.child.kill('SIGINT')
  expect(await sender.ended()).toBe(130)
})

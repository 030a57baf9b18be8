// @module-tag slow

import { randomBytes, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { missingWithin } from '../bytes/range-set.ts'
import { begin, chunksOf, finish, md5Of, openStream, send, source, upload } from '../fixtures/client.ts'
import { cuttableDisk } from '../fixtures/power-cut.ts'
import { receiverProcess } from '../fixtures/receiver-process.ts'
import { clientOf, filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

const ROUNDS = 3

for (let round = 0; round < ROUNDS; round++) {
  test(`[A3] what was finished or below the watermark survives a power cut, and the upload goes on (moment ${round + 1} of ${ROUNDS})`, {
    timeout: 60_000,
  }, async (context) => {
    const seed = randomInt(40)
    process.stdout.write(`power cut after ${seed} more acknowledgements\n`)
    const within = await sandbox()
    const disk = await cuttableDisk(within, 256, context)
    const directory = join(disk.folder, 'received')
    const child = await receiverProcess(directory)
    const client = clientOf(child)
    const done = source('done.bin', randomBytes(3 * CHUNK_BYTES + 7))
    await upload(client, done)
    const file = source('a.bin', randomBytes(50 * CHUNK_BYTES + 1))
    const chunks = chunksOf(file)
    const last = chunks.pop() ?? {}
    const stream = openStream(client, await begin(client, file))
    let watermark = 0
    const acknowledged = async (chunk = last) => {
      stream.call.write(chunk)
      watermark = Number((await stream.next()).durableWatermark)
    }
    for (const chunk of chunks.slice(0, 10)) await acknowledged(chunk)
    while (watermark === 0) await acknowledged()
    for (const chunk of chunks.slice(10, 10 + seed)) await acknowledged(chunk)

    child.kill('SIGSTOP')
    const crashed = await disk.cut()
    child.kill('SIGKILL')
    await child.ended()

    const after = await receiving(crashed)
    expect(await filesIn(after.directory)).toEqual({ 'done.bin': md5Of(done.data) })
    expect((await begin(after.client, done)).finished).toMatchObject({ storedAs: 'done.bin', md5: md5Of(done.data) })
    const begun = await begin(after.client, file)
    const stored = begun.stored.map(({ start, end }) => ({ start: Number(start), end: Number(end) }))
    expect(watermark).toBeGreaterThan(0)
    expect(missingWithin(stored, { start: 0, end: watermark })).toEqual([])
    const missing = chunksOf(file).filter(
      ({ offset }) => missingWithin(stored, { start: Number(offset), end: Number(offset) + 1 }).length > 0,
    )
    await send(after.client, begun, missing)
    expect(await finish(after.client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
    expect(await filesIn(after.directory)).toEqual({ 'a.bin': md5Of(file.data), 'done.bin': md5Of(done.data) })
  })
}

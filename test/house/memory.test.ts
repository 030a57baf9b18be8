import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peakMib } from '../faults/process-facts.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

const MIB = 1024 ** 2

test.skipIf(process.platform !== 'linux')(
  'the memory of neither side grows with the size of the file (Linux)',
  async () => {
    const [here, there] = [tempDir(), tempDir()]
    const file = join(here, 'sparse.img')
    writeFileSync(file, '')
    truncateSync(file, 1024 * MIB)
    const receiver = await longshoreReceive(there)
    const sender = longshore(
      'send',
      file,
      '--to',
      `127.0.0.1:${receiver.port}`,
      '--plaintext',
      '--state-dir',
      here,
      '--json',
    )
    await sender.event('progress', ({ bytesStored }) => Number(bytesStored) > 900 * MIB)
    const senderMib = peakMib(sender.child.pid)
    expect(await sender.ended()).toBe(0)
    expect(senderMib).toBeLessThan(250)
    expect(peakMib(receiver.child.pid)).toBeLessThan(250)
  },
)

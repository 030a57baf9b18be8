import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { cuttableDisk } from '../../server/fixtures/power-cut.ts'
import { addTo } from '../support/add-to.ts'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { sizeOf } from './run-size.ts'

const MIB = 1024 ** 2
const ROUNDS = sizeOf({ short: 2, full: 30 })

beforeAll(() => buildOutputs(['cli']))

test.for(Array.from({ length: ROUNDS }, (_, round) => round + 1))(
  '[A3] after a power cut of the receiver, what was finished is there, and the rest is sent again until it is whole (round %i)',
  { timeout: 120_000 },
  async (round, context) => {
    const work = tempDir()
    const disk = await cuttableDisk(work, 512, context)
    const [small, big] = [join(work, 'small.bin'), join(work, 'big.bin')]
    const smallMd5 = makeFile(small, 3 * MIB, 1)
    const bigMd5 = makeFile(big, 160 * MIB, 2)

    const receiver = await longshoreReceive(disk.folder)
    let port = receiver.port
    const proxy = await startProxy(() => port)
    const resumeStore = memoryResumeStore()
    const engine = await withEngine({ resumeStore })
    await addTo(engine, [small], { receiver: `127.0.0.1:${proxy.port}` })
    await untilKind(engine, 'done')
    await addTo(engine, [big], { receiver: `127.0.0.1:${proxy.port}` })
    const cutAtBytes = (20 + ((round * 37) % 100)) * MIB
    await untilAll(
      engine,
      ({ path, status }) =>
        path === 'small.bin' || ('bytesStored' in status && (status.bytesStored ?? 0) >= cutAtBytes),
      60_000,
    )

    receiver.child.kill('SIGSTOP')
    const survivor = await disk.cut()
    receiver.child.kill('SIGKILL')
    await receiver.ended()
    proxy.cut()
    expect(md5OfFile(join(survivor, 'small.bin'))).toBe(smallMd5)

    const back = await longshoreReceive(survivor)
    port = back.port
    engine.wake()
    await untilAll(engine, ({ status }) => status.kind === 'done', 60_000)
    expect(md5OfFile(join(survivor, 'big.bin'))).toBe(bigMd5)
    expect(md5OfFile(join(survivor, 'small.bin'))).toBe(smallMd5)
    const sent = engine.list().find(({ path }) => path === 'big.bin')?.status
    // Group commit bounds what a power cut costs: 64 MiB or a second's worth, and what was in flight.
    if (sent?.kind === 'done') expect(sent.bytesSent).toBeLessThanOrEqual(160 * MIB + cutAtBytes + 32 * CHUNK_BYTES)
    back.child.kill('SIGTERM')
    await back.ended()
  },
)

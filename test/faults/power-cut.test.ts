import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, type TestContext, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { startProxy } from '../support/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'

const MIB = 1024 ** 2
const rounds = process.env.LONGSHORE_FAULTS === 'full' ? 30 : 2

beforeAll(() => buildOutputs(['cli']))

/** Mounts an image of a disk until the test ends. Skips the test, saying so, where that is not allowed. */
function mountImage(image: string, folder: string, context: TestContext): void {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' })
  } catch (error) {
    context.skip(`needs the right to mount an image: ${error}`)
  }
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
}

test.for(Array.from({ length: rounds }, (_, round) => round + 1))(
  '[A3] after a power cut of the receiver, what was finished is there, and the rest is sent again until it is whole (round %i)',
  { timeout: 120_000 },
  async (round, context) => {
    const work = tempDir()
    const [before, after] = [join(work, 'before.img'), join(work, 'after.img')]
    const [disk, survivor] = [join(work, 'disk'), join(work, 'survivor')]
    execFileSync('truncate', ['-s', '512M', before])
    if (spawnSync('mkfs.ext4', ['-q', before]).status !== 0) context.skip('needs mkfs.ext4')
    mountImage(before, disk, context)
    const [small, big] = [join(work, 'small.bin'), join(work, 'big.bin')]
    const smallMd5 = makeFile(small, 3 * MIB, 1)
    const bigMd5 = makeFile(big, 160 * MIB, 2)

    const receiver = await longshoreReceive(disk)
    let port = receiver.port
    const proxy = await startProxy(() => port)
    const resumeStore = memoryResumeStore()
    const engine = await withEngine({ resumeStore })
    await engine.add([small], { receiver: `127.0.0.1:${proxy.port}` })
    await untilKind(engine, 'done')
    await engine.add([big], { receiver: `127.0.0.1:${proxy.port}` })
    const cutAtBytes = (20 + ((round * 37) % 100)) * MIB
    await untilAll(
      engine,
      ({ path, status }) =>
        path === 'small.bin' || ('bytesStored' in status && (status.bytesStored ?? 0) >= cutAtBytes),
      60_000,
    )

    // The image holds what reached the disk; what was only in the memory of the receiver's system is gone.
    receiver.child.kill('SIGSTOP')
    copyFileSync(before, after)
    receiver.child.kill('SIGKILL')
    await receiver.ended()
    proxy.cut()
    mountImage(after, survivor, context)
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

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { FRAME, frame, HELLO, type RawConnection, rawConnection } from '../../server/fixtures/raw-frames.ts'
import { sizeOf } from '../faults/run-size.ts'
import { startVictim, type Victim } from './receiver.ts'

const CROWD = 8000
/** What each side needs for the crowd. */
const OPEN_FILES = 20_000

/** Whether a process here may open so many files; only Linux has the program that grants and asks. */
const manyFiles = spawnSync('prlimit', [`--nofile=${OPEN_FILES}:${OPEN_FILES}`, 'true']).status === 0
const lowFiles = spawnSync('prlimit', ['--nofile=200:200', 'true']).status === 0
if (!manyFiles) process.stdout.write(`Skipped: ${CROWD} idle connections need ${OPEN_FILES} open files.\n`)

/** Lets the crowd in; answers how many of them the receiver took. */
async function crowdAt({ port }: Victim, connections: number, perAddress: number): Promise<number> {
  const crowd = join(import.meta.dirname, 'idle-crowd.ts')
  const args = ['--import', 'tsx', crowd, `${port}`, `${connections}`, `${perAddress}`]
  const child = spawn('prlimit', [`--nofile=${OPEN_FILES}:${OPEN_FILES}`, process.execPath, ...args])
  onTestFinished(async () => {
    const ended = once(child, 'close')
    if (child.kill('SIGKILL')) await ended
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return JSON.parse(line).open
}

test.skipIf(!manyFiles)('[H11] 8 000 idle connections that are let in leave an upload as quick as it was', async () => {
  const flags = ['--max-connections', '9000', '--max-connections-per-address', '1000']
  const victim = await startVictim({ flags, openFiles: OPEN_FILES })
  const aloneMs = await victim.upload()
  const before = victim.memoryMib() ?? 0
  expect(await crowdAt(victim, CROWD, 1000)).toBe(CROWD)
  expect((victim.memoryMib() ?? 0) - before).toBeLessThan(600)
  const crowdedMs = Math.min(await victim.upload(), await victim.upload())
  process.stdout.write(`A small upload: ${Math.round(aloneMs)} ms alone, ${Math.round(crowdedMs)} ms in the crowd.\n`)
  // One second on a machine of its own.
  expect(crowdedMs).toBeLessThan(1000 + 5 * aloneMs)
})

test.skipIf(!manyFiles)('[H11] with the limits as they are, most of a crowd is refused', async () => {
  const victim = await startVictim({ openFiles: OPEN_FILES })
  await victim.upload()
  const crowd = sizeOf({ short: 2000, full: CROWD })
  expect(await crowdAt(victim, crowd, crowd / 8)).toBe(8 * 64)
  await victim.upload()
})

test('[H9] 300 silent connections are gone after five seconds, and meanwhile another address is served', async () => {
  const victim = await startVictim()
  const idle = victim.descriptors()
  const mute = await Promise.all(Array.from({ length: 300 }, () => rawConnection(victim.port, '127.0.0.9')))
  await victim.upload()
  await Promise.all(mute.map(({ closed }) => closed))
  if (idle === undefined) return
  await expect.poll(() => victim.descriptors(), { timeout: 60_000 }).toBeLessThanOrEqual(idle + 2)
})

test.skipIf(!lowFiles)('[F10] a receiver out of descriptors lives, and serves again when there are some', async () => {
  const victim = await startVictim({ openFiles: 200 })
  await victim.upload()
  // After it has started, so that its own limits do not save it.
  const { status } = spawnSync('prlimit', ['--pid', `${victim.pid}`, '--nofile=60:60'])
  expect(status).toBe(0)
  const crowd: RawConnection[] = []
  for (let number = 0; number < 120; number++) {
    const connection = await rawConnection(victim.port, `127.0.0.${2 + (number % 4)}`)
    await connection.write(HELLO)
    crowd.push(connection)
  }
  for (const { socket } of crowd) socket.destroy()
  await victim.upload()
  expect(victim.errors()).toBe('')
})

test('[H11] connections that come and go by the thousand leave nothing behind', async () => {
  const victim = await startVictim()
  await victim.upload()
  const [descriptors, memory] = [victim.descriptors(), victim.memoryMib()]
  for (let round = 0; round < 40; round++) {
    const some = await Promise.all(Array.from({ length: 50 }, () => rawConnection(victim.port, '127.0.0.9')))
    await Promise.all(some.map(({ write }) => write(Buffer.concat([HELLO, frame(FRAME.ping, 0, 0, Buffer.alloc(8))]))))
    for (const { socket } of some) socket.destroy()
    await Promise.all(some.map(({ closed }) => closed))
  }
  await victim.upload()
  if (descriptors === undefined || memory === undefined) return
  await expect.poll(() => victim.descriptors(), { timeout: 20_000 }).toBeLessThanOrEqual(descriptors + 2)
  expect((victim.memoryMib() ?? 0) - memory).toBeLessThan(150)
})

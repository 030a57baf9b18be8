import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, renameSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setInterval as ticks } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { addTo } from '../support/add-to.ts'
import { buildOutputs } from '../support/build.ts'
import type { LongshoreProcess } from '../support/longshore-process.ts'
import { startProxy } from '../support/net/proxy.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { expectInvariants } from './invariants.ts'
import { setScene } from './scene.ts'
import { sha256Of } from './tree.ts'

const MIB = 1024 ** 2
const SIZE = 48 * MIB
const hasStrace = spawnSync('strace', ['-V']).status === 0
const canBecomeNobody = process.getuid?.() === 0 && spawnSync('setpriv', ['--version']).status === 0

beforeAll(() => buildOutputs(['cli']))

/** A folder with three files, the middle one half sent and held there. */
async function halfSent() {
  const scene = setScene()
  scene.addSource('set/a.bin', MIB)
  const film = scene.addSource('set/film.mov', SIZE)
  scene.addSource('set/z.bin', MIB)
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(SIZE / 2)
  return { scene, film, receiver, proxy, set: join(scene.laptop, 'set') }
}

const OTHERS = { 'set/a.bin': 'set/a.bin', 'set/z.bin': 'set/z.bin' }
const ALL = { ...OTHERS, 'set/film.mov': 'set/film.mov' }

test.each(['deleted', 'moved away'] as const)(
  '[G1] a source that is %s while it is sent is named and waited for, and the others go on',
  async (how) => {
    const { scene, film, receiver, proxy, set } = await halfSent()
    const engine = await withEngine()
    await addTo(engine, [set], { receiver: `127.0.0.1:${proxy.port}` })
    await proxy.passed(SIZE / 2)
    const before = await scene.before()
    if (how === 'deleted') unlinkSync(film)
    else renameSync(film, `${film}.away`)
    proxy.release()
    await untilAll(engine, ({ name, status }) =>
      name === 'film.mov' ? 'reason' in status && status.reason === 'SOURCE_MISSING' : status.kind === 'done',
    )
    expect(engine.list().find(({ name }) => name === 'film.mov')?.status.kind).toBe('interrupted')
    if (how === 'moved away') {
      renameSync(`${film}.away`, film)
      engine.wake()
      await untilKind(engine, 'done')
    }
    await engine.close()
    const untouched = how === 'deleted' ? await scene.before() : before
    await expectInvariants(scene, { before: untouched, receiver, arrived: how === 'deleted' ? OTHERS : ALL })
  },
)

test.skipIf(!canBecomeNobody)(
  '[G2] a source that may not be read fails with a sentence, and the others arrive (needs root and setpriv)',
  async () => {
    const { scene, film, receiver, proxy, set } = await halfSent()
    proxy.release()
    for (const folder of [scene.sandbox, scene.state]) chmodSync(folder, 0o777)
    chmodSync(film, 0)
    const before = await scene.before()
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const sender = scene.send([set], proxy.port, { wrapper: { program: nobody } })

    expect(await sender.ended()).toBe(1)
    expect(await failureOf(sender)).toMatchObject({
      reason: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('rights'),
    })
    await expectInvariants(scene, { before, receiver, arrived: OTHERS })
  },
)

test.skipIf(!hasStrace)(
  '[G2] a source whose disk fails in the middle fails with a sentence, and the others arrive (needs strace)',
  async () => {
    const { scene, film, receiver, proxy, set } = await halfSent()
    proxy.release()
    const before = await scene.before()
    const failing = ['-P', film, '-e', 'trace=pread64', '-e', 'inject=pread64:error=EIO:when=20+']
    const wrapper = {
      program: ['strace', '-f', '-qq', '-o', join(scene.state, 'strace.log'), ...failing],
      env: { UV_THREADPOOL_SIZE: '1' },
    }
    const sender = scene.send([set], proxy.port, { wrapper })

    expect(await sender.ended()).toBe(1)
    expect(await failureOf(sender)).toMatchObject({
      reason: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('EIO'),
    })
    await expectInvariants(scene, { before, receiver, arrived: OTHERS })
  },
)

const changes: readonly [ids: string, change: string, apply: (film: string) => void][] = [
  ['G3', 'is appended to', (film) => appendFileSync(film, 'one more line')],
  ['G4', 'grows by a hole', (film) => truncateSync(film, 2 * SIZE)],
  ['G4', 'is cut short', (film) => truncateSync(film, SIZE / 4)],
]

test.each(changes)(
  '[%s] a source that %s while it is sent is never stored, neither old nor new nor padded; sending it again stores it as it is',
  async (_ids, _change, apply) => {
    const { scene, film, receiver, proxy, set } = await halfSent()
    const sender = scene.send([set], proxy.port)
    await proxy.passed(SIZE / 2)
    apply(film)
    const before = await scene.before()
    proxy.release()
    expect(await sender.ended()).toBe(1)
    expect(await failureOf(sender)).toMatchObject({ reason: 'SOURCE_CHANGED' })

    const again = scene.send([film], proxy.port, { args: ['--into', 'again'] })
    expect(await again.ended(), again.errors()).toBe(0)
    scene.sources.set('film as it is', await sha256Of(film))
    await expectInvariants(scene, { before, receiver, arrived: { ...OTHERS, 'again/film.mov': 'film as it is' } })
  },
)

test('[G3] a source that changes all the time is never stored, and holds up nobody', async () => {
  const { scene, film, receiver, proxy, set } = await halfSent()
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const changing = (async () => {
    for await (const _ of ticks(50, undefined, { signal: stop.signal })) {
      appendFileSync(film, 'x')
      proxy.release()
    }
  })().catch((error) => expect(error.name).toBe('AbortError'))
  const sender = scene.send([set], proxy.port)

  expect(await sender.ended()).toBe(1)
  expect(await failureOf(sender)).toMatchObject({ reason: 'SOURCE_CHANGED' })
  stop.abort()
  await changing
  await expectInvariants(scene, { before: await scene.before(), receiver, arrived: OTHERS })
})

test.skipIf(process.platform !== 'linux')(
  '[G6] pipes, sockets, devices, links that go in circles and folders of none of these hold up nobody (Linux)',
  async () => {
    const { scene, receiver, proxy, set } = await halfSent()
    proxy.release()
    execFileSync('mkfifo', [join(set, 'pipe')])
    const socket = createServer().listen(join(set, 'socket'))
    onTestFinished(() => void socket.close())
    symlinkSync('circle', join(set, 'circle'))
    symlinkSync('/etc/hostname', join(set, 'link'))
    mkdirSync(join(set, 'empty'))
    const before = await untilListening(socket).then(scene.before)
    const sender = scene.send([set, '/dev/zero', join(set, 'circle')], proxy.port)

    // What was named by hand and cannot be sent is a failure; in a folder it is left out.
    expect(await sender.ended()).toBe(1)
    const failureAt = (path: string) => sender.event('failed', (line) => line.path === path)
    expect(await failureAt('/dev/zero')).toMatchObject({ reason: 'NOT_A_FILE' })
    expect(await failureAt(join(set, 'circle'))).toMatchObject({ message: expect.stringContaining('circles') })
    for (const name of ['pipe', 'socket', 'link']) expect(sender.errors()).toContain(`${name} is left out`)
    await expectInvariants(scene, { before, receiver, arrived: ALL })
  },
)

function failureOf(sender: LongshoreProcess): Promise<unknown> {
  return sender.event('failed')
}

function untilListening(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
}

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'

const SIZE = 12 * CHUNK_BYTES

test('[H2] a computer that was revoked in the middle of a file and paired again sends the rest of it only', async () => {
  const [state, here, there] = [tempDir(), tempDir(), tempDir()]
  const receiver = await longshoreReceive(there, { access: 'pairing', flags: ['--name', 'Attic'] })
  const { port, pairLink } = receiver.listening
  const proxy = await startProxy(() => Number(port))
  const pair = async (link: unknown) => {
    const pairing = longshore('pair', '--state-dir', state)
    pairing.child.stdin.end(`${String(link).replace(`:${port}/`, `:${proxy.port}/`)}\n`)
    expect(await pairing.ended(), pairing.errors()).toBe(0)
  }
  const devices = async () => {
    const list = longshore('devices', 'list', '--dir', there, '--json')
    await list.ended()
    return list.lines.map((line): string => JSON.parse(line).id)
  }
  await pair(pairLink)
  const [id = ''] = await devices()
  const md5 = makeFile(join(here, 'film.mov'), SIZE)
  const send = () => longshore('send', join(here, 'film.mov'), '--to', 'Attic', '--state-dir', state, '--json')

  proxy.holdAfter(SIZE / 2)
  const first = send()
  await first.event('progress', ({ bytesStored }) => Number(bytesStored) >= SIZE / 4)
  expect(await longshore('devices', 'revoke', id, '--dir', there).ended()).toBe(0)
  // The receiver looks for changes about every second; what is held until then cannot arrive before.
  expect(await first.event('failed')).toMatchObject({ reason: 'NOT_PAIRED' })
  proxy.release()
  expect(await first.ended()).toBe(1)

  const { pairLink: another } = await longshore('devices', 'invite', '--dir', there, '--json').event('invite')
  await pair(another)
  const second = send()
  expect(await second.ended(), second.errors()).toBe(0)
  const { bytesSent } = await second.event('done')
  expect(bytesSent).toBeLessThanOrEqual(SIZE - SIZE / 4)
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect(await devices(), 'the same device').toEqual([id])
})

import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { type JsonLine, longshoreReceive, longshoreUnder } from '../support/longshore-process.ts'
import { makeFile } from '../support/made-file.ts'
import { cable, canMakeNamespaces, type Namespace, namespace, unplug } from '../support/net/namespaces.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(['cli']))

const receive = (on: Namespace, host: string, ...flags: readonly string[]) =>
  longshoreReceive(tempDir(), { ...on, host, flags })

/** What `longshore discover` finds in three seconds. */
async function discover(on: Namespace, ...more: readonly string[]): Promise<JsonLine[]> {
  const run = longshoreUnder(on, 'discover', '--json', ...more)
  expect(await run.ended()).toBe(0)
  expect(run.errors()).toBe('')
  return run.lines.map((line) => JSON.parse(line))
}

/** Looks until something is found: an address takes a while to be usable after its cable is in. */
async function discoverSome(on: Namespace): Promise<JsonLine[]> {
  return vi.waitFor(
    async () => {
      const found = await discover(on)
      expect(found).not.toEqual([])
      return found
    },
    { timeout: 60_000 },
  )
}

const addresses = (found: readonly JsonLine[]) => found.map(({ address }) => address)

describe.skipIf(!canMakeNamespaces())('between machines (needs Linux, root and network namespaces)', () => {
  test('a receiver on two networks is found on both, at the address it has there, and is gone after its goodbye', async () => {
    const [box, left, right] = [namespace('box'), namespace('left'), namespace('right')]
    cable({ ...box, address: '10.7.1.1/24' }, { ...left, address: '10.7.1.2/24' }, 'one')
    cable({ ...box, address: '10.7.2.1/24' }, { ...right, address: '10.7.2.2/24' }, 'two')
    const { port, child, ended } = await receive(box, '0.0.0.0', '--name', 'living-room')
    const [onLeft, onRight] = await Promise.all([discoverSome(left), discoverSome(right)])
    expect(onLeft).toEqual([
      {
        event: 'found',
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: 'living-room',
        address: `10.7.1.1:${port}`,
        tls: false,
      },
    ])
    expect(addresses(onRight)).toEqual([`10.7.2.1:${port}`])
    expect(await discover(right, '--on', 'lo')).toEqual([])
    child.kill('SIGTERM')
    expect(await ended()).toBe(0)
    expect(await discover(left)).toEqual([])
  })

  test('a receiver is quiet when it was told to be, and where it does not listen', async () => {
    const [box, left, right] = [namespace('box'), namespace('left'), namespace('right')]
    cable({ ...box, address: '10.7.1.1/24' }, { ...left, address: '10.7.1.2/24' }, 'one')
    cable({ ...box, address: '10.7.2.1/24' }, { ...right, address: '10.7.2.2/24' }, 'two')
    await receive(box, '0.0.0.0', '--no-discovery')
    await receive(box, '127.0.0.1')
    const { port } = await receive(box, '10.7.1.1')
    expect(addresses(await discoverSome(left))).toEqual([`10.7.1.1:${port}`])
    expect(await discover(right)).toEqual([])
  })

  test('without IPv4 a receiver is found by an IPv6 address that a file can be sent to', async () => {
    const [box, left] = [namespace('box'), namespace('left')]
    cable({ ...box, address: 'fd07::1/64' }, { ...left, address: 'fd07::2/64' }, 'one')
    const { port, event } = await receive(box, '::')
    const [address] = addresses(await discoverSome(left))
    expect(address).toBe(`[fd07::1]:${port}`)
    const file = join(tempDir(), 'a.bin')
    const md5 = makeFile(file, 10_000)
    const send = longshoreUnder(
      left,
      'send',
      file,
      '--to',
      String(address),
      '--plaintext',
      '--json',
      '--state-dir',
      tempDir(),
    )
    expect(await send.ended(), send.lines.join()).toBe(0)
    expect(await event('stored')).toMatchObject({ md5 })
  })

  test('a cable that comes while the receiver runs is spoken on, and one that goes harms nothing', async () => {
    const [box, left, right] = [namespace('box'), namespace('left'), namespace('right')]
    const { port, child, errors, ended } = await receive(box, '0.0.0.0')
    cable({ ...box, address: '10.7.1.1/24' }, { ...left, address: '10.7.1.2/24' }, 'one')
    expect(addresses(await discoverSome(left))).toEqual([`10.7.1.1:${port}`])
    unplug(box, 'one')
    cable({ ...box, address: '10.7.2.1/24' }, { ...right, address: '10.7.2.2/24' }, 'two')
    expect(addresses(await discoverSome(right))).toEqual([`10.7.2.1:${port}`])
    child.kill('SIGTERM')
    expect(await ended()).toBe(0)
    expect(errors()).not.toContain('find this receiver')
  })
})

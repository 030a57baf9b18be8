import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { type KnownReceiver, openKnownReceivers } from './known-receivers.ts'

function stateDirectory(): string {
  const directory = tempDir()
  return join(directory, 'state')
}

function receiver(name: string, receiverId = name): KnownReceiver {
  const secrets = { certificatePem: `certificate of ${name}`, token: `${name}.secret`, deviceId: name }
  return { name, address: 'box:50051', fingerprint: `sha256:${'ab'.repeat(32)}`, receiverId, ...secrets }
}

const told: string[] = []
const open = (directory: string) => openKnownReceivers(directory, (message) => told.push(message))

test('two programs that know receivers do not undo each other’s changes, and only their user reads them', () => {
  const directory = stateDirectory()
  const [one, other] = [open(directory), open(directory)]
  one.add(receiver('a'))
  other.add(receiver('b'))
  one.repin('b', 'a new certificate', `sha256:${'cd'.repeat(32)}`)
  expect(other.list().map(({ name, certificatePem }) => [name, certificatePem])).toEqual([
    ['a', 'certificate of a'],
    ['b', 'a new certificate'],
  ])
  expect(readdirSync(directory)).toEqual(['receivers.json'])
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, 'receivers.json')).mode & 0o777).toBe(0o600)
})

test('pairing with a receiver again takes the place of the earlier pairing', () => {
  const known = open(stateDirectory())
  known.add(receiver('old name', 'same'))
  known.add(receiver('new name', 'same'))
  expect(known.list().map(({ name }) => name)).toEqual(['new name'])
  expect(known.remove('old name')).toBe(false)
  expect(known.remove('new name')).toBe(true)
  expect(known.list()).toEqual([])
})

test('a list that a newer version wrote is refused and left as it is', () => {
  const directory = stateDirectory()
  const known = open(directory)
  known.add(receiver('a'))
  const file = join(directory, 'receivers.json')
  writeFileSync(file, '{"version":2,"receivers":{}}')
  expect(() => known.list()).toThrow('newer Longshore')
  expect(() => known.add(receiver('b'))).toThrow('newer Longshore')
  expect(readFileSync(file, 'utf8')).toBe('{"version":2,"receivers":{}}')
  expect(told).toEqual([])
})

test('whose authority a receiver is trusted by is kept, and nonsense in its place is damage', () => {
  const directory = stateDirectory()
  const known = open(directory)
  for (const [name, authority] of Object.entries({ system: {}, file: { caPem: 'certificates' } }))
    known.add({ ...receiver(name), authority })
  expect(known.list().map(({ authority }) => authority)).toEqual([{}, { caPem: 'certificates' }])
  const file = join(directory, 'receivers.json')
  for (const wrong of [null, 'system', { caPem: 7 }]) {
    writeFileSync(file, JSON.stringify({ version: 1, receivers: [{ ...receiver('a'), authority: wrong }] }))
    expect(known.list()).toEqual([])
  }
})

test('a list that others could read is closed, and one that is not the user’s own is not believed', () => {
  const directory = stateDirectory()
  const known = open(directory)
  known.add(receiver('a'))
  const file = join(directory, 'receivers.json')
  chmodSync(file, 0o644)
  expect(known.list()).toHaveLength(1)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(told.at(-1)).toContain(`others could read the tokens in ${file}; it is closed`)
  chmodSync(file, 0o666)
  expect(() => known.list()).toThrow('can be changed by other users (mode 0666)')
  rmSync(file)
  symlinkSync('/etc/passwd', file)
  expect(() => known.list()).toThrow('is a symbolic link')
})

test.skipIf(process.getuid?.() !== 0)(
  'root uses the list of a user and leaves it to that user; anybody else’s is refused (needs root)',
  () => {
    const directory = stateDirectory()
    const known = open(directory)
    known.prepare()
    chownSync(directory, 65_534, 65_534)
    known.add(receiver('a'))
    const file = join(directory, 'receivers.json')
    expect(statSync(file).uid).toBe(65_534)
    expect(known.list()).toHaveLength(1)
    chownSync(file, 1234, 1234)
    expect(() => known.list()).toThrow('belongs to the user 1234')
  },
)

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPairingLink } from '../../proto/pairing.ts'
import { asFiles, issuedBy as issue, makeAuthority, type Pem } from '../support/authority.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

/** The flags of a receiver with a certificate for localhost that the authority issued. */
async function issuedBy(ca: Pem): Promise<string[]> {
  const { certificateFile, keyFile } = asFiles(await issue(ca))
  return ['--cert', certificateFile, '--key', keyFile]
}

async function receiverIn(there: string, issued: readonly string[], port = 0) {
  const flags = ['--name', 'Attic', ...issued]
  const receiver = await longshoreReceive(there, { access: 'pairing', port, flags })
  return { ...receiver, code: readPairingLink(String(receiver.listening.pairLink))?.code ?? '' }
}

test('with --ca a computer pairs with a name that the authority vouches for, and goes on when the certificate is renewed', async () => {
  const [state, here, there] = [tempDir(), tempDir(), tempDir()]
  const authority = await makeAuthority()
  const caFile = join(here, 'ca.pem')
  writeFileSync(caFile, authority.cert)
  const receiver = await receiverIn(there, await issuedBy(authority))
  const pairing = longshore('pair', `localhost:${receiver.port}`, '--ca', caFile, '--state-dir', state)
  pairing.child.stdin.end(`${receiver.code}\n`)
  expect(await pairing.ended(), pairing.errors()).toBe(0)
  const file = join(here, 'a.bin')
  const md5 = makeFile(file, 100_000)
  const send = () => longshore('send', file, '--to', 'Attic', '--conflict', 'overwrite', '--state-dir', state)
  const first = send()
  expect(await first.ended(), first.errors()).toBe(0)
  receiver.child.kill('SIGTERM')
  await receiver.ended()

  const renewed = await receiverIn(there, await issuedBy(authority), receiver.port)
  const second = send()
  expect(await second.ended(), second.errors()).toBe(0)
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
  renewed.child.kill('SIGTERM')
  await renewed.ended()

  // Another authority's certificate for the very same name is nobody's.
  const other = await makeAuthority()
  await receiverIn(there, await issuedBy(other), receiver.port)
  const third = longshore('send', file, '--to', 'Attic', '--state-dir', state, '--json')
  expect(await third.ended()).toBe(1)
  expect(await third.event('failed')).toMatchObject({ reason: 'NOT_TRUSTED' })
})

test('with --ca a receiver that the authority does not vouch for is not paired, and hears nothing of the code', async () => {
  const [state, here, there] = [tempDir(), tempDir(), tempDir()]
  const [caFile, rightFile] = [join(here, 'ca.pem'), join(here, 'right.pem')]
  const right = await makeAuthority()
  writeFileSync(caFile, (await makeAuthority()).cert)
  writeFileSync(rightFile, right.cert)
  const receiver = await receiverIn(there, await issuedBy(right))
  const pair = async (...args: string[]) => {
    const pairing = longshore('pair', ...args, '--state-dir', state)
    pairing.child.stdin.end(`${receiver.code}\n`)
    return `${await pairing.ended()} ${pairing.errors()}`
  }
  expect(await pair(`localhost:${receiver.port}`, '--ca', caFile)).toMatch(/^1 .*No authority that is trusted here/)
  expect(await pair(`localhost:${receiver.port}`, '--ca', join(here, 'none.pem'))).toMatch(/^2 .*--ca: cannot read/)
  expect(await pair('--list', '--ca', caFile)).toMatch(/^2 .*--ca says how a receiver is trusted/)
  const list = longshore('pair', '--list', '--state-dir', state)
  await list.ended()
  expect(list.lines).toEqual([])
  // The code was not used up.
  expect(await pair(`localhost:${receiver.port}`, '--ca', rightFile)).toMatch(/^0 /)
})

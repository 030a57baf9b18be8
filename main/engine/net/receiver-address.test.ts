import { expect, test } from 'vitest'
import { THIS_COMPUTER } from '../../contract/receivers.ts'
import { readReceiverAddress } from './receiver-address.ts'

test.each([
  ['192.168.1.20:6000', '192.168.1.20:6000'],
  ['192.168.1.20', '192.168.1.20:50051'],
  ['  Nas.Local:50051  ', 'nas.local:50051'],
  ['my_nas', 'my_nas:50051'],
  ['[::1]:6000', '[::1]:6000'],
  ['::1', '[::1]:50051'],
  ['host:00080', 'host:80'],
  [THIS_COMPUTER, THIS_COMPUTER],
])('%s is kept as %s', (typed, kept) => {
  expect(readReceiverAddress(typed)).toEqual({ kind: 'address', address: kept })
})

test.each([
  ['', 'Type the address'],
  ['   ', 'Type the address'],
  ['http://nas:50051', 'is not an address'],
  ['nas/files', 'is not an address'],
  ['two words', 'is not an address'],
  ['999.1.1.1', 'is not an address'],
  ['-nas', 'is not an address'],
  ['[nonsense]:1', 'is not an address'],
  ['[::1', 'is not an address'],
  ['user@nas', 'is not an address'],
  [':50051', 'is not an address'],
  ['[fe80::1%eth0]:50051', 'has a zone (%)'],
  ['nas:', 'is not a port'],
  ['nas:0', 'is not a port'],
  ['nas:65536', 'is not a port'],
  ['nas:5e3', 'is not a port'],
  ['nas:-1', 'is not a port'],
])('%j is refused with a sentence', (typed, words) => {
  expect(readReceiverAddress(typed)).toEqual({ kind: 'refused', message: expect.stringContaining(words) })
})

test('a very long address is not repeated in full', () => {
  expect(readReceiverAddress(`${'x'.repeat(5000)}/`)).toEqual({
    kind: 'refused',
    message: expect.stringMatching(/^.{1,200}$/),
  })
})

import { expect, test } from 'vitest'
import { createDigest, HEAD_BYTES, readHead, writeHead } from './floor-wire.ts'

test('a head is read as it was written, at any offset that a file can have', () => {
  const message = Buffer.alloc(HEAD_BYTES)
  const head = { slot: 15, file: 3, crc: 0xff_ff_ff_fe, offset: Number.MAX_SAFE_INTEGER }
  writeHead(message, head)
  expect(readHead(message)).toEqual(head)
})

test('each digest is what everybody else computes of the same bytes, in how many pieces they may come', async () => {
  const known = {
    none: '',
    md5: '900150983cd24fb0d6963f7d28e17f72',
    xxh128: '06b05ab6733a618578af5f94892f3950',
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  }
  for (const [kind, hex] of Object.entries(known)) {
    const digest = await createDigest(kind)
    for (const piece of ['a', 'bc']) digest.update(Buffer.from(piece))
    expect(digest.hex(), kind).toBe(hex)
  }
})

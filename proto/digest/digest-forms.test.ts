import { expect, test } from 'vitest'
import { type Digest, digestKinds } from '../digests.ts'
import { digestText, isDigestHex, keptDigest, readDigestText, readKeptDigest, toldDigest } from './digest-forms.ts'
import { digestFromWire, digestOnWire, kindFromWire, kindOnWire } from './digest-messages.ts'

/** A message that says nothing of a digest. */
const nothing = { md5: '', digestKind: 'MD5', digest: '' } as const

const digits = { md5: 32, xxh128: 32, sha256: 64 }
const digests = digestKinds.map((kind): Digest => ({ kind, hex: 'a1'.repeat(digits[kind] / 2) }))

test.each(digests)('a digest of kind $kind is the same in every form', (digest) => {
  expect(readDigestText(digestText(digest))).toEqual(digest)
  expect(readKeptDigest(keptDigest(digest))).toEqual(digest)
  expect(readDigestText(toldDigest(digest).digest)).toEqual(digest)
  expect(kindFromWire(kindOnWire(digest.kind))).toBe(digest.kind)
  expect(digestFromWire({ ...nothing, ...digestOnWire(digest) })).toEqual(digest)
})

test('an MD5 is kept and sent as programs that know nothing else keep and send it, and others leave its field empty', () => {
  expect(digests.map(keptDigest)).toEqual([
    { md5: 'a1'.repeat(16) },
    { digest: `xxh128:${'a1'.repeat(16)}` },
    { digest: `sha256:${'a1'.repeat(32)}` },
  ])
  expect(digests.map((digest) => digestOnWire(digest).md5 !== undefined)).toEqual([true, false, false])
  expect(digests.map((digest) => toldDigest(digest).md5)).toEqual(['a1'.repeat(16), undefined, undefined])
})

test.each(digests)('hex of another length, in other letters or in capitals is no $kind', ({ kind, hex }) => {
  expect(isDigestHex(kind, hex)).toBe(true)
  for (const wrong of ['', hex.slice(1), `${hex}0`, hex.replace('a', 'g'), hex.toUpperCase(), `${hex.slice(1)}\n`, 7])
    expect(isDigestHex(kind, wrong)).toBe(false)
})

test.each([undefined, null, 7, '', 'md5', 'md5:', 'crc32:00', `xxh128:${'0'.repeat(64)}`, `md5:${'0'.repeat(32)}:`])(
  '%j is no digest',
  (text) => expect(readDigestText(text)).toBeUndefined(),
)

test('what is kept with two digests, or with none, is not believed', () => {
  const [md5, xxh128] = digests.map(keptDigest)
  expect(readKeptDigest({})).toBeUndefined()
  expect(readKeptDigest({ ...md5, ...xxh128 })).toBeUndefined()
  expect(readKeptDigest({ md5: ['0'.repeat(32)] })).toBeUndefined()
})

test('hex in capitals is understood from the wire, and a kind of a later version is not', () => {
  const [md5] = digests
  expect(digestFromWire({ ...nothing, md5: 'A1'.repeat(16) })).toEqual(md5)
  expect(kindFromWire(7)).toBeUndefined()
})

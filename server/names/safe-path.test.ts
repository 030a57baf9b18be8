import { expect, test } from 'vitest'
import { foldedName, numbered, toSafeName, toSafePath } from './safe-path.ts'

test.each([
  ['CON', 'CON_'],
  ['nul.txt', 'nul_.txt'],
  ['COM¹', 'COM¹_'],
  ['console.log', 'console.log'],
  ['a.', 'a_'],
  ['a ', 'a_'],
  ['a:b', 'a_b'],
  ['a:$DATA', 'a_$DATA'],
  ['<>"|?*', '______'],
  ['.bashrc', '.bashrc'],
  ['e\u0301.txt', 'é.txt'],
])('the name %j is stored as %j', (name, stored) => {
  expect(toSafePath([name])).toEqual([stored])
})

test.each([
  ['a'.repeat(300), 255],
  [`${'a'.repeat(300)}.jpeg`, 255],
  ['😀'.repeat(64), 252],
])('a long name is cut to what fits, between characters and before the extension', (name, bytes) => {
  const [stored = ''] = toSafePath([name])
  expect(Buffer.byteLength(stored)).toBe(bytes)
  expect(stored).not.toContain('\ufffd')
  expect(stored.endsWith('.jpeg')).toBe(name.endsWith('.jpeg'))
})

test('a number goes before the extension and still fits', () => {
  expect(numbered('a.txt', 2)).toBe('a (2).txt')
  expect(numbered('a.tar.gz', 3)).toBe('a (3).tar.gz')
  expect(numbered('.bashrc', 2)).toBe('.bashrc (2)')
  expect(numbered('no extension', 2)).toBe('no extension (2)')
  expect(Buffer.byteLength(numbered(`${'é'.repeat(125)}.txt`, 10_000))).toBeLessThanOrEqual(255)
})

test.each([['.longshore'], ['.LongShore'], ['.long\u200bshore'], ['LONGSH~1']])(
  '%j is kept for the receiver',
  (name) => {
    expect(() => toSafePath([name, 'x'])).toThrow("receiver's own folder")
    expect(() => toSafePath(['x', name, 'y'])).toThrow("receiver's own folder")
  },
)

test('a lone surrogate, which no file name can hold, is refused', () => {
  expect(() => toSafePath(['a\ud800'])).toThrow('not valid Unicode')
})

test.each(['', '.', '..', '/', '..\\..', '\0', '.longshore', 'CON', 'a'.repeat(1000), '\u202e..'])(
  'any text, like %j, becomes a single name that toSafePath takes as it is',
  (text) => {
    const name = toSafeName(text)
    expect(toSafePath([name])).toEqual([name])
  },
)

test.each([
  ['README.md', 'readme.MD'],
  ['\u00c4RGER', 'a\u0308rger'],
  ['Stra\u00dfe', 'STRASSE'],
  ['\u1e9e', 'ss'],
  ['\u03a3\u03c3\u03c2', '\u03c2\u03c2\u03a3'],
  ['\u212b', '\u00e5'],
  ['\u0130', 'i\u0307'],
  ['\ufb01', 'FI'],
])('[D5] %j and %j are one name, because some system takes them for one', (one, other) => {
  expect(foldedName(one)).toBe(foldedName(other))
})

test.each([
  ['a', 'b'],
  ['a', 'ä'],
  ['a b', 'a  b'],
  ['1', '\u00b9'],
  ['A', '\uff21'],
  ['a.txt', 'a .txt'],
])('[D5] %j and %j are two names', (one, other) => {
  expect(foldedName(one)).not.toBe(foldedName(other))
})

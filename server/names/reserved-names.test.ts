// @module-tag slow

import { expect, test } from 'vitest'
import { foldedName, numbered, STATE_FOLDER, toSafeName, toSafePath } from './safe-path.ts'

/** The letters of the name, each with where it is. */
const letters = [...STATE_FOLDER].map((letter, at) => ({ letter, at }))
const last = 0x10ffff

const isRefused = (name: string): boolean => {
  try {
    toSafePath([name])
    return false
  } catch {
    return true
  }
}

const withLetter = (at: number, text: string) => STATE_FOLDER.slice(0, at) + text + STATE_FOLDER.slice(at + 1)

/** Every Unicode character. */
function* characters(): Generator<string> {
  for (let code = 0; code <= last; code++) if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code)
}

const steps: readonly ((text: string) => string)[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.toLocaleLowerCase('tr'),
  (text) => text.toLocaleUpperCase('tr'),
  ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) => (text: string) => text.normalize(form)),
]

/**
 * What systems make of a character: case maps in both directions and each form of normalisation, two of them one after
 * the other.
 */
function becomes(character: string): ReadonlySet<string> {
  const once = new Set(steps.map((step) => step(character)))
  if (once.size === 1) return once
  return new Set([...once, ...[...once].flatMap((text) => steps.map((step) => step(text)))])
}

/** Without marks, as a system that strips them would have it. */
const bare = (text: string) => text.replace(/\p{M}/gu, '').toLowerCase()

test('every character that case, normalisation or the loss of marks makes a letter of the name is refused in its place', () => {
  const wanted = new Set(STATE_FOLDER)
  let found = 0
  for (const character of characters()) {
    if (character.codePointAt(0) === 0 || !/[\p{L}\p{M}\p{N}\p{S}\p{P}]/u.test(character)) continue
    const made = new Set([...becomes(character)].map(bare))
    for (const { letter, at } of letters) {
      if (!wanted.has(letter) || !made.has(letter)) continue
      found++
      if (!isRefused(withLetter(at, character))) expect.unreachable(`${character} for ${letter}`)
    }
  }
  expect(found).toBeGreaterThan(300)
})

test('every character that some system ignores is refused wherever it is put into the name', () => {
  let found = 0
  for (const character of characters()) {
    if (!/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/u.test(character)) continue
    found++
    for (let at = 0; at <= STATE_FOLDER.length; at++) {
      const name = STATE_FOLDER.slice(0, at) + character + STATE_FOLDER.slice(at)
      if (!isRefused(name)) expect.unreachable(JSON.stringify(name))
    }
  }
  expect(found).toBeGreaterThan(5_000)
})

test('what the lookup takes for the name is refused, whatever character does it', () => {
  const folded = foldedName(STATE_FOLDER)
  for (const character of characters()) {
    const alone = foldedName(character)
    const isOne = letters.some(({ letter }) => alone === foldedName(letter))
    if (!isOne && alone !== '') continue
    for (const { at, letter } of letters) {
      const names = alone === foldedName(letter) ? [withLetter(at, character)] : []
      if (alone === '') names.push(withLetter(at, letter + character))
      for (const name of names) {
        expect(foldedName(name)).toBe(folded)
        if (!isRefused(name)) expect.unreachable(JSON.stringify(name))
      }
    }
  }
})

test('a collation that knows no accents, case or widths takes no other name for it', () => {
  const { compare } = new Intl.Collator('en', { sensitivity: 'base' })
  const unlike = [...characters()]
    .filter((character) => /[\p{L}\p{So}\p{No}]/u.test(character))
    .filter((character) => {
      return letters.some(({ letter, at }) => compare(character, letter) === 0 && !isRefused(withLetter(at, character)))
    })
  expect(unlike).toEqual([])
})

/** What the C library and the best fit of Windows code pages write as a letter of the name. */
const written: Readonly<Record<string, string>> = {
  '.': '․．﹒·٠۰',
  l: 'łŁŀĿƚȽɫɬɭʟᴌᶅⱠⱡℓⅼ｜'.replace('｜', ''),
  o: 'øØǿǾɵƟɔᴏºⲟоο•◦◯'.replace('◯', ''),
  n: 'ŋŊƞȠɲƝɳɴᵰᶇⁿᴎռ',
  g: 'ǥǤɠƓɡɢʛᶃℊᴳ',
  s: 'ſẜẝȿʂᵴᶊꜱѕˢ',
  h: 'ħĦɦɧʜℎℏһⱨⱧ',
  r: 'ɍɌɼɽɾʀᵲᵳᶉⱤʳᴦ',
  e: 'ɇɆɛƐᴇᶒᶓ℮ℯеᵉǝ',
}

test('what is written as a letter of the name where there are fewer characters is refused in its place', () => {
  for (const { letter, at } of letters) {
    for (const character of written[letter] ?? '') {
      const name = withLetter(at, character)
      if (!isRefused(name)) expect.unreachable(`${name}: ${character.codePointAt(0)?.toString(16)}`)
    }
  }
})

test.each([
  ['in another case', '.LongShore'],
  ['with a long s', '.long\u017fhore'],
  ['in full width', '．ｌｏｎｇｓｈｏｒｅ'],
  ['in mathematical letters', '.𝓁𝓸𝗻𝘨𝚜𝕙𝖔𝓻𝐞'],
  ['in enclosed letters', '.ⓛⓄ🅝🄶🇸🅷ⓞⓡⓔ'],
  ['in small capitals', '.ʟᴏɴɢꜱʜᴏʀᴇ'],
  ['in superscripts', '.ˡᵒⁿᵍˢʰᵒʳᵉ'],
  ['with marks', '.l\u0336ong\u0161h\u00f8re\u0301'],
  ['with a variation selector', '.longshore\ufe0f'],
  ['with tags', '.long\u{e0061}shore\u{e007f}'],
  ['with a soft hyphen', '.long\u00adshore'],
  ['with a Hangul filler', '.longshore\u3164'],
  ['with a dot at its end', '.longshore.'],
  ['with dots and spaces at its end', '.longshore . .'],
  ['with a space before it', ' .longshore'],
  ['as a stream', '.longshore::$INDEX_ALLOCATION'],
  ['as a stream with a wide colon', '.longshore：x'],
  ['as a stream with another colon', '.longshore\u2236x'],
  ['with a dot of another script', '。longshore'],
  ['as another stream', '.longshore:x:$DATA'],
  ['encoded', '%2elongshore'],
  ['encoded otherwise', '.lon%67shore'],
  ['in the private range of SMB and WSL', '\uf02elongshore\uf028'],
  ['as a short name', 'LONGSH~1'],
  ['as a short name of many', 'longsh~12'],
  ['as a short name of very many', 'LONG~123'],
  ['as a hashed short name', 'LO1A2B~1'],
  ['as another hashed short name', 'LOABCD~1'],
  ['as a short name without a number', 'LONGSHOR'],
  ['as a short name in full width', 'ＬＯＮＧＳＨ～１'],
  ['as a short name with a stream', 'LONGSH~1:x'],
  ['as a short name with a dot', 'LONGSH~1.'],
  ['cut to it', `.longshore${'\u200b'.repeat(300)}x`],
  ['with two letters in one', '.loŋshore'],
  ['in Cyrillic letters', '.лонгшоре'],
  ['in letters that look Latin', '.ⳑοոցѕһоrе'],
])('the name %s is kept for the receiver, at any depth', (_how, name) => {
  for (const path of [[name], [name, 'x'], ['x', name, 'y']]) {
    expect(() => toSafePath(path)).toThrow("receiver's own folder")
  }
  const stored = toSafeName(name)
  expect(toSafePath([stored])).toEqual([stored])
  expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(255)
})

test.each([
  'longshore',
  'LongShore',
  '.longshore-notes',
  '.longshore (2)',
  '.longshore_',
  '.longshore.txt',
  'x.longshore',
  '.long shore',
  '.longshor',
  '..longshore',
  '.longshores',
  'LONGSH~A',
  'LONGSHORE~1',
  'letter~1',
  'log~2',
  'London~1',
  '~$longshore.docx',
  'lönnberg',
  '❤️.txt',
  'лонгшор',
])('the name %s is for everybody', (name) => {
  expect(toSafePath([name])).toEqual([name])
})

test('no number makes a name that is kept for the receiver', () => {
  for (const name of [STATE_FOLDER, 'LONGSH~1', `${STATE_FOLDER}${'\u200b'.repeat(80)}`, 'LONGSH~1.x'])
    for (const number of [2, 10, 10_000]) expect(isRefused(numbered(name, number))).toBe(false)
})

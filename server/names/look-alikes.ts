/**
 * What some system, or a person, takes for a letter, by code point in hex: letters with strokes, hooks and tails, small
 * capitals, turned and enclosed letters, those of other scripts that look or sound the same. Gathered from how the C
 * library and code pages of Windows write Unicode in fewer characters, and from the Unicode Consortium's list of
 * confusable characters. What case, normalisation or marks make of a letter is not listed.
 */
const lookAlikes: Readonly<Record<string, string>> = {
  '.': 'B7 660 6F0 701 702 16EB 2027 2219 22C5 3002 30FB A4F8 A60E 10A50',
  ':': '2D0 589 5C3 2236 A789',
  '~': '223C',
  L: '141 196 197 1C0 234 23D 26D 29F 399 39B 406 41B 4C0 5C0 5D5 5DF 627 661 673 6F1 7CA 13DE 14AA 16C1 1D0C 1D85 2223 23FD 2502 2C60 2C62 2C92 2CD0 2D4F A4E1 A4F2 A748 A780 A78E A7AD AB37 AB38 AB39 1028A 10309 10320 1041B 10526 118A3 118B2 16F16 16F28 1D22A 1DF04 1DF11 1DF13 1E8C7 1F15B 1F17B 1F1F1',
  O: 'D8 186 19F 398 39F 3A3 41E 472 4E8 555 5E1 647 665 6BE 6C1 6D5 6F5 6FF 7C0 966 9E6 A66 AE6 B20 B66 BE6 C66 CE6 D20 D66 E50 ED0 1010 101D 1040 12D0 13A4 13BE 13EB 1CBF 1D0F 1D10 1D11 1D12 1D13 1D16 1D17 1D97 2022 2296 229D 236C 25E6 2C7A 2C9E 2D31 2D41 2D54 3007 A4F3 A74A A74C A79C AB3D AB3E AB3F 10292 102AB 10404 104C2 10516 114D0 118A8 118B5 118B7 118E0 1D21A 1DF1B 1F15E 1F17E 1F1F4 1F714',
  N: '14A 19D 220 235 273 274 397 39D 41D 548 54C 1D0E 1D3B 1D70 1D87 2C9A A4E0 A790 A7A4 AB3B 1018E 10513 1F15D 1F17D 1F1F3',
  G: '18D 193 1E4 262 29B 393 413 50C 551 13C0 13F3 1D77 1D83 A4D6 A77D A77E A7A0 A7AC A7D0 AB36 1DF01 1DF02 1F156 1F176 1F1EC',
  S: '1BC 3A3 405 421 54F 13D5 13DA 1D74 1D8A 1E9C 1E9D 2C7E A4E2 A731 A784 A7A8 A7C5 A7C9 A7D8 10296 10420 118A1 16F3A 1DF1E 1F162 1F182 1F1F8',
  H: '126 267 29C 2AE 2AF 397 40B 41D 425 4A2 4BA 4C7 4C9 540 13BB 13C2 13F2 157C 2C67 2C75 2C8E A4E7 A694 A78D A795 A7AA A7F5 102CF 1F157 1F177 1F1ED',
  R: '1A6 24C 279 27A 27B 27C 27E 27F 281 3A1 413 420 492 13A1 13B1 13D2 1587 1D19 1D1A 1D26 1D72 1D73 1D89 2C64 2C79 2C84 A4E3 A75A A782 A7A6 AB46 AB47 AB48 AB49 AB4B AB4C AB68 104B4 16F35 1D216 1DF08 1DF15 1DF16 1F161 1F181 1F1F7',
  E: '18E 190 246 258 25D 25E 29A 395 415 42D 4BC 4BE 13AC 1D07 1D08 1D92 1D93 1D94 212E 22FF 2C78 2C7B 2D39 A4F0 A7AB AB32 AB33 AB34 10286 118A6 118AE 1F154 1F174 1F1EA',
  NG: '14A 1D51',
  // The dot of `ŀ`, and the iota below a letter, which is a mark until it is written in upper case.
  '': 'B7 399',
  SH: '1A9 428 5E9 634',
}

/** Marks, and what nobody sees: some system leaves it out, or will when it knows it. */
const silent = /[\p{M}\p{C}]/u
const everySilent = /[\p{M}\p{C}]/gu
/** Systems that cannot store a character put it into this private range and take it out again. */
const PRIVATE_FROM = 0xf000
const PRIVATE_TO = 0xf0ff
/** A short name on FAT and NTFS has so many characters. */
const SHORT_LENGTH = 8

/**
 * Tells whether a name could be taken for a word, with a wide notion: by any system whatever it ignores, strips,
 * decodes or writes in other letters, as a short name that Windows gives, and as the name of a stream of it. Errs
 * towards saying yes.
 *
 * @param word ASCII, and not only dots.
 * @param folded the notion of "the same name" that files are looked up by. What it takes for the word this takes for
 * the word, too.
 */
export function takenFor(word: string, folded: (name: string) => string): (name: string) => boolean {
  const wanted = folded(word)
  const readings = new Map<string, string[]>()
  for (const [letters, codes] of Object.entries(lookAlikes)) {
    for (const code of codes.split(' ')) {
      const character = String.fromCodePoint(Number.parseInt(code, 16))
      readings.set(character, [...(readings.get(character) ?? []), letters])
    }
  }
  const readingsOf = (character: string): readonly string[] => {
    const code = character.codePointAt(0) ?? 0
    if (code >= PRIVATE_FROM && code <= PRIVATE_TO) return ['', String.fromCharCode(code - PRIVATE_FROM).toUpperCase()]
    return readings.get(character) ?? [silent.test(character) ? '' : character]
  }
  // Where short names have no numbers.
  const short = wanted.replace(/^\.+/, '').slice(0, SHORT_LENGTH)
  return (name) => {
    const simple = simplified(name, folded)
    // Most names begin with another letter, which is only itself.
    if (/^[!-~]/.test(simple) && simple[0] !== wanted[0] && simple[0] !== short[0]) return false
    if (spells(simple, wanted, readingsOf) || withoutEnd(simple.replace(everySilent, '')) === short) return true
    return simple.includes('~') && isShortName([...simple].map((character) => readingsOf(character)[0]).join(''), short)
  }
}

/** Without what normalisation and case can add to a name. A `%2e` is what it stands for, should somebody decode it. */
function simplified(name: string, folded: (name: string) => string): string {
  if (/^[!-$&-~ ]*$/.test(name)) return folded(name)
  const undecorated = folded(folded(name).normalize('NFKD'))
  const decoded = undecorated.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return folded(decoded).normalize('NFKD')
}

/** Follows all readings at once: how many letters of the word have been read so far. */
function spells(name: string, word: string, readingsOf: (character: string) => readonly string[]): boolean {
  let read = new Set([0])
  for (const character of name) {
    const readings = readingsOf(character)
    // What follows names a stream of the same file.
    if (read.has(word.length) && readings.includes(':')) return true
    const next = new Set<number>()
    for (const count of read) {
      for (const reading of readings) {
        if (word.startsWith(reading, count)) next.add(count + reading.length)
        const isAtAnEnd = count === 0 ? /^\s$/.test(reading) : count === word.length && /^[\s.]$/.test(reading)
        if (isAtAnEnd) next.add(count)
      }
    }
    if (next.size === 0) return false
    read = next
  }
  return read.has(word.length)
}

/** `LONGSH~1`; with more digits and fewer letters; and `LO1A2B~1` where many names begin alike. */
function isShortName(name: string, short: string): boolean {
  const [, head, digits] = /^([0-9A-Z]{1,6})~(\d+)$/.exec(withoutEnd(name)) ?? []
  if (head === undefined || digits === undefined) return false
  const begin = short.slice(0, SHORT_LENGTH - 2)
  const isCut = begin.startsWith(head) && head.length + 1 + digits.length === SHORT_LENGTH
  const isHashed = head.startsWith(begin.slice(0, 2)) && /^[0-9A-F]{4}$/.test(head.slice(2))
  return head === begin || isCut || isHashed
}

/** Without the name of a stream, and what Windows leaves out. */
function withoutEnd(name: string): string {
  return (name.split(':', 1)[0] ?? '').trim().replace(/[\s.]+$/, '')
}

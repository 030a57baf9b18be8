import { ReceiveError } from '../base/errors.ts'
import { takenFor } from './look-alikes.ts'

/**
 * The receiver keeps its own files in this folder at the top of the receiving folder; no upload may be stored under it.
 */
export const STATE_FOLDER = '.longshore'

/** What ext4, APFS and NTFS all take for one name. */
const MAX_NAME_BYTES = 255
/** Below Linux's 4096 for a whole path, which leaves room for the receiving folder itself. */
const MAX_PATH_BYTES = 3000
const MAX_DEPTH = 128
/**
 * What may be asked for, in all, is kept as it was asked for: no system takes a name of more than three times as many
 * bytes as fit here.
 */
const MAX_ASKED_BYTES = 3 * MAX_PATH_BYTES

/** Names that Windows takes for devices, with or without an extension. */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\s*(\.|$))/i
/** Windows leaves it out. */
const unusableEnd = /[. ]$/
const windowsForbidden = /[<>:"|?*]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const control = /[\u0000-\u001f\u007f-\u009f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const everyUnusable = /[\u0000-\u001f\u007f-\u009f\ufffd/\\]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII, too.
const ascii = /^[\u0000-\u007f]*$/
/** Characters that some file systems (HFS+, folders of ext4 and F2FS without case) ignore when they compare names. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu
/** The longest that a stored name can be: file systems that count UTF-16 take 255 of those. */
const MAX_STORED_NAME_BYTES = 3 * MAX_NAME_BYTES

/**
 * True for every name that somebody, or some system, could take for that of the receiver's own folder: whatever
 * {@link foldedName} takes for it, and more.
 */
const isReserved = takenFor(STATE_FOLDER, foldedName)

/**
 * Turns the path a sender asked for into one that means the same on every system and can only lie below the receiving
 * folder. Names that Windows could not store are rewritten (`nul.txt` becomes `nul_.txt`), and names that are too long
 * are cut before their extension.
 *
 * @throws ReceiveError BAD_NAME for anything that points elsewhere (`..`, separators, drive letters), carries control
 * characters or text that was not valid UTF-8, is empty, too deep or too long, or lies in the receiver's own folder.
 */
export function toSafePath(components: readonly string[]): string[] {
  if (components.length === 0) throw badName('The path is empty.')
  if (components.length > MAX_DEPTH)
    throw badName(`The path is ${components.length} folders deep; ${MAX_DEPTH} is the limit.`)
  const askedBytes = components.reduce((bytes, component) => bytes + Buffer.byteLength(component), 0)
  if (askedBytes > MAX_ASKED_BYTES)
    throw badName(`The names of the path have ${askedBytes} bytes together; ${MAX_ASKED_BYTES} is the limit.`)
  const safe = components.map((component, index) => {
    mustBeOneName(component)
    // Upper case, as drives are written: a lower-case `a:b` is more likely a name, and is stored as `a_b`, which is as
    // safe.
    if (index === 0 && /^[A-Z]:/.test(component)) throw badName('A path may not begin with a drive letter.')
    return portable(component)
  })
  if (Buffer.byteLength(safe.join('/')) > MAX_PATH_BYTES)
    throw badName(`The path is longer than ${MAX_PATH_BYTES} bytes.`)
  // At any depth: a receiver of a folder further down has its own there. As it was asked for, too: what is rewritten
  // here another system may cut off.
  if (safe.some(isReserved) || components.some((name, index) => name !== safe[index] && wouldBeReserved(name)))
    throw badName(`${STATE_FOLDER} is a receiver's own folder.`)
  return safe
}

/**
 * True for a path that {@link toSafePath} has answered, also in another spelling that was there already. For paths that
 * come out of files and databases: whoever wrote them there may never have asked here.
 */
export function isStoredPath(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || !value.every(isShortText)) return false
  try {
    return foldedPath(toSafePath(value)) === foldedPath(value)
  } catch (error) {
    if (error instanceof ReceiveError) return false
    throw error
  }
}

/** The same for one name, which must be a spelling of the other. */
export function isSpellingOf(value: string, name: string): boolean {
  return foldedName(value) === foldedName(name) && isStoredPath([value])
}

/**
 * What must be {@link toSafePath}'s answer before it is used below a receiving folder or in a bucket. Throws
 * ReceiveError BAD_NAME.
 */
export function mustNotBeReserved(path: readonly string[]): void {
  if (path.some(isReserved)) throw badName(`${STATE_FOLDER} is a receiver's own folder.`)
}

/**
 * Makes one storable name out of any text. Three-RPC clients name files by an id that was never meant to be a name, so
 * nothing is refused.
 */
export function toSafeName(text: string): string {
  const usable = text.replace(everyUnusable, '_')
  const name = portable(usable)
  const isOther = pointsElsewhere(name) || name === '' || isReserved(name) || wouldBeReserved(usable)
  return isOther ? portable(`_${name}`) : name
}

/**
 * The name with a number before its extension, still within the length limit: `numbered('a.txt', 2)` is `a (2).txt`.
 */
export function numbered(name: string, number: number): string {
  const { stem, extension } = split(name)
  return fitted(stem, ` (${number})${extension}`)
}

/**
 * The same for names that some system takes for one: they differ only by case or normalisation. Errs towards the same:
 * `Straße` and `STRASSE` are one name on macOS, two on Windows, and one here.
 */
export function foldedName(name: string): string {
  if (ascii.test(name)) return name.toUpperCase()
  return foldedWithIgnorables(name.replace(ignorable, ''))
}

/**
 * As names were folded by versions to which `a\u200bb` and `ab` were two: ledgers have kept some names so.
 */
export function formerlyFoldedPath(path: readonly string[]): string {
  return path.map(foldedWithIgnorables).join('/')
}

/** The same for paths that some system takes for one; see {@link foldedName}. */
export function foldedPath(path: readonly string[]): string {
  return path.map(foldedName).join('/')
}

function mustBeOneName(name: string): void {
  if (name === '') throw badName('A name in the path is empty.')
  if (/[/\\]/.test(name.normalize('NFKC'))) throw badName('A name in the path contains a separator.')
  if (control.test(name)) throw badName('A name in the path contains control characters.')
  if (name.includes('\ufffd')) throw badName('A name in the path is not valid UTF-8.')
  if (/\p{Surrogate}/u.test(name)) throw badName('A name in the path is not valid Unicode.')
  if (pointsElsewhere(name)) throw badName('The path points outside the receiving folder.')
}

/** `.` and `..`, also as look-alikes that something down the line could decode. */
function pointsElsewhere(name: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(name.normalize('NFKC').replace(ignorable, '').trim())
}

/** A longer name is cut, and looked at when it is. */
function wouldBeReserved(name: string): boolean {
  return name.length <= MAX_STORED_NAME_BYTES && isReserved(name)
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && Buffer.byteLength(value) <= MAX_STORED_NAME_BYTES
}

function foldedWithIgnorables(name: string): string {
  return name.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC')
}

function portable(name: string): string {
  const storable = name
    .normalize('NFC')
    .replace(windowsForbidden, '_')
    .replace(windowsDevice, '$1_')
    .replace(unusableEnd, '_')
  const { stem, extension } = split(storable)
  return fitted(stem, extension).replace(unusableEnd, '_')
}

/**
 * An extension is short and has no spaces, else it is a part of the name. A leading dot hides a file; it does not begin
 * an extension.
 */
function split(name: string): { stem: string; extension: string } {
  const extension = /(?<=.)(\.tar)?\.[^.\s]{1,16}$/.exec(name)?.[0] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}

/** Cuts the stem, never inside a character, until stem and ending fit into a name. */
function fitted(stem: string, ending: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(ending)
  if (Buffer.byteLength(stem) <= room) return stem + ending
  let cut = ''
  let bytes = 0
  for (const character of stem) {
    bytes += Buffer.byteLength(character)
    if (bytes > room) break
    cut += character
  }
  return cut + ending
}

function badName(message: string): ReceiveError {
  return new ReceiveError('BAD_NAME', message)
}

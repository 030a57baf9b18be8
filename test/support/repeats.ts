import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Two places that say the same, as `file:first-last`, and on how many lines, comments, blank lines and imports left
 * out.
 */
export type Repeat = { readonly lines: number; readonly places: readonly [string, string] }

/** What a file says, without what it only says to a reader: each word and sign, and the line it stands on. */
type Said = { readonly file: string; readonly tokens: readonly number[]; readonly lines: readonly number[] }

/** Fewer than these are no repetition, however many lines they stand on. */
const LEAST_TOKENS = 40

const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|[\w$]+|=>|[^\s\w$]/g
const IMPORT = /^import\b(?!\()[^'"]*['"][^'"\n]*['"].*$/gm

/**
 * Every pair of places in files below a folder that says the same with the same names on so many lines or more, the
 * longest first.
 */
export function repeatsIn(folder: string, files: readonly string[], leastLines: number): Repeat[] {
  const numbers = new Map<string, number>()
  const said = files.map((file) => saidIn(file, readFileSync(join(folder, file), 'utf8'), numbers))
  const starts = new Map<number, [file: number, at: number][]>()
  const repeats: Repeat[] = []
  for (const [index, { tokens }] of said.entries()) {
    for (const [at, hash] of [...hashesOf(tokens)].entries()) {
      const others = starts.get(hash)
      if (others === undefined) starts.set(hash, [[index, at]])
      else {
        for (const [other, otherAt] of others) {
          const repeat = repeatAt(said[other], otherAt, said[index], at)
          if (repeat !== undefined && repeat.lines >= leastLines) repeats.push(repeat)
        }
        others.push([index, at])
      }
    }
  }
  return repeats.sort((one, other) => other.lines - one.lines)
}

/** The run that begins at these tokens; undefined when it began before, is none, or runs into itself. */
function repeatAt(one: Said | undefined, from: number, other: Said | undefined, to: number): Repeat | undefined {
  if (one === undefined || other === undefined) return undefined
  if (from > 0 && to > 0 && one.tokens[from - 1] === other.tokens[to - 1]) return undefined
  const most = one === other ? to - from : Number.POSITIVE_INFINITY
  let length = 0
  while (length < most && one.tokens[from + length] === other.tokens[to + length] && from + length < one.tokens.length)
    length++
  if (length < LEAST_TOKENS) return undefined
  const [here, there] = [one.lines.slice(from, from + length), other.lines.slice(to, to + length)]
  return {
    lines: Math.max(new Set(here).size, new Set(there).size),
    places: [place(one.file, here), place(other.file, there)],
  }
}

const place = (file: string, lines: readonly number[]) => `${file}:${lines[0]}-${lines.at(-1)}`

function saidIn(file: string, source: string, numbers: Map<string, number>): Said {
  const text = source.replace(IMPORT, (found) => found.replaceAll(/[^\n]/g, ' '))
  const [tokens, lines]: [number[], number[]] = [[], []]
  let [line, end] = [1, 0]
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    line += breaksIn(text.slice(end, index))
    end = index
    if (token.startsWith('//') || token.startsWith('/*')) continue
    // Where the formatter breaks a list, it puts a comma behind the last.
    if (/^[)\]}]$/.test(token) && tokens.at(-1) === numbers.get(',')) {
      tokens.pop()
      lines.pop()
    }
    if (!numbers.has(token)) numbers.set(token, numbers.size + 1)
    tokens.push(numbers.get(token) ?? 0)
    lines.push(line)
  }
  return { file, tokens, lines }
}

const breaksIn = (text: string) => text.split('\n').length - 1

/** A number for each run of {@link LEAST_TOKENS}, the same for the same run: each is made from the one before. */
function* hashesOf(tokens: readonly number[]): Generator<number> {
  let first = 1
  for (let n = 1; n < LEAST_TOKENS; n++) first = Math.imul(first, 0x01000193)
  let hash = 0
  for (const [at, token] of tokens.entries()) {
    const gone = tokens[at - LEAST_TOKENS]
    if (gone !== undefined) hash = (hash - Math.imul(Math.imul(gone, 0x9e3779b1), first)) | 0
    hash = (Math.imul(hash, 0x01000193) + Math.imul(token, 0x9e3779b1)) | 0
    if (at + 1 >= LEAST_TOKENS) yield hash
  }
}

import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Diary } from './diary.ts'
import type { SourceHistory, Version } from './evidence.ts'

/** How a source is changed. Those that keep times look untouched to whoever compares size and modification time. */
export const REWRITES = ['in place', 'in place, times kept', 'appended', 'replaced', 'replaced, times kept'] as const
export type Rewrite = (typeof REWRITES)[number]

type Recorded = { versions: Version[]; modifiedAtMs: number }

/** The sources of a round, with every content that each had and when. Paths are absolute. */
export class World {
  readonly #sources = new Map<string, Recorded>()
  readonly #diary: Diary

  constructor(diary: Diary) {
    this.#diary = diary
  }

  /** Makes a source, with folders above it. Its modification time is long ago, as that of most files is. */
  create(path: string, content: Buffer, modifiedAtMs: number): void {
    mkdirSync(dirname(path), { recursive: true })
    const fromMs = performance.now()
    writeFileSync(path, content)
    utimesSync(path, new Date(), new Date(modifiedAtMs))
    this.#sources.set(path, { versions: [versionOf(content, fromMs)], modifiedAtMs: statSync(path).mtimeMs })
  }

  /** @param content of the size that the source has, except for `appended`, which it is added to. */
  rewrite(path: string, how: Rewrite, content: Buffer): void {
    const source = this.#sources.get(path)
    if (source === undefined) throw new Error(`${path} is no source of this round.`)
    this.#diary.note(`${path} is rewritten: ${how}`)
    const { atime, mtime } = statSync(path)
    const whole = how === 'appended' ? Buffer.concat([readFileSync(path), content]) : content
    const fromMs = performance.now()
    if (how.startsWith('replaced')) {
      writeFileSync(`${path}.new`, whole)
      if (how.endsWith('times kept')) utimesSync(`${path}.new`, atime, mtime)
      renameSync(`${path}.new`, path)
    } else {
      const file = openSync(path, 'r+')
      try {
        // Of what is appended to, only the end is written: it has one content before and one after.
        const begin = whole.length - content.length
        for (let at = begin; at < whole.length; ) at += writeSync(file, whole, at, whole.length - at, at)
      } finally {
        closeSync(file)
      }
      if (how.endsWith('times kept')) utimesSync(path, atime, mtime)
    }
    const last = source.versions.pop()
    if (last !== undefined) source.versions.push({ ...last, untilMs: performance.now() })
    source.versions.push(versionOf(whole, fromMs))
    source.modifiedAtMs = statSync(path).mtimeMs
  }

  bytesOf(path: string): number {
    return this.#sources.get(path)?.versions.at(-1)?.bytes ?? 0
  }

  /** Whether a source was written after a moment. */
  changedSince(path: string, atMs: number): boolean {
    return (this.#sources.get(path)?.versions.at(-1)?.fromMs ?? 0) > atMs
  }

  /** MD5s of all contents that any source had, by their SHA-256. */
  md5BySha256(): ReadonlyMap<string, string> {
    const versions = [...this.#sources.values()].flatMap((source) => source.versions)
    return new Map(versions.map(({ sha256, md5 }) => [sha256, md5]))
  }

  /** What is known of every source, with how it is now. */
  histories(): ReadonlyMap<string, SourceHistory> {
    return new Map(
      [...this.#sources].map(([path, { versions, modifiedAtMs }]) => {
        const now = existsSync(path)
          ? { md5: digest('md5', readFileSync(path)), modifiedAtMs: statSync(path).mtimeMs }
          : undefined
        return [path, { versions, modifiedAtMs, now }]
      }),
    )
  }
}

export function digest(algorithm: 'md5' | 'sha256', data: Buffer): string {
  return createHash(algorithm).update(data).digest('hex')
}

function versionOf(content: Buffer, fromMs: number): Version {
  return {
    md5: digest('md5', content),
    sha256: digest('sha256', content),
    bytes: content.length,
    fromMs,
    untilMs: Number.POSITIVE_INFINITY,
  }
}

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, lstat, open, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { hasCode } from '../base/errors.ts'
import { openFolder } from '../store/folder.ts'
import { type ReceivedFile, readReceivedLog, receivedLogOf } from './received-log.ts'
import { type Content, replacementsOf } from './replacements.ts'

/** How a received file is today. `name` is relative to the receiving folder; MD5s are lower-case hex. */
export type Verdict =
  | { readonly kind: 'verified'; readonly name: string; readonly bytes: number; readonly md5: string }
  /** `bytes` and `md5` are today's; `md5` is empty when the file cannot be read to its end. */
  | {
      readonly kind: 'damaged'
      readonly name: string
      readonly bytes: number
      readonly md5: string
      readonly expected: string
    }
  | { readonly kind: 'missing'; readonly name: string; readonly bytes: number; readonly md5: string }

/** Received files to be verified. */
export type Received = {
  /** The receiving folder. */
  readonly directory: string
  readonly files: readonly ReceivedFile[]
  /** How many more went to buckets, by the name of each: they cannot be read here. */
  readonly inBuckets: ReadonlyMap<string, number>
  /** The sizes of the files together. */
  readonly bytes: number
  /** True when the path was the receiving folder itself. */
  readonly isWhole: boolean
}

/** A file that changed so recently may be one that a running receiver has replaced and not logged yet, ms. */
const RECENT_MS = 10_000
/** How long to wait for the log then, ms. */
const WAIT_MS = 250
/** How often to wait, for all files together: many files that changed just now were not changed by a receiver. */
const MAX_WAITS = 8

/**
 * What was received at a path: a receiving folder, or a file or folder below one, which need not exist any more.
 *
 * @param onDamage told of lines of the log that are not believed.
 * @returns undefined when the path is in no receiving folder.
 */
export async function receivedAt(
  path: string,
  onDamage: (error: Error) => void = () => {},
): Promise<Received | undefined> {
  const absolute = resolve(path)
  const directory = await receivingFolderAbove(absolute)
  if (directory === undefined) return undefined
  const below = relative(directory, absolute).split(sep).join('/')
  const files: ReceivedFile[] = []
  const inBuckets = new Map<string, number>()
  let bytes = 0
  for (const file of (await readReceivedLog(receivedLogOf(directory), onDamage)).values()) {
    if (below !== '' && file.path !== below && !file.path.startsWith(`${below}/`)) continue
    if (file.bucket !== undefined) {
      inBuckets.set(file.bucket, (inBuckets.get(file.bucket) ?? 0) + 1)
      continue
    }
    files.push(file)
    bytes += file.size
  }
  return { directory, files, inBuckets, bytes, isWhole: below === '' }
}

/**
 * Reads received files again, one after the other. `onRead` is told about bytes as they are read. Works while a
 * receiver is running.
 */
export async function* verify(
  { directory, files }: Received,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Verdict> {
  const log = openFollowedLog(receivedLogOf(directory))
  let waitsLeft = MAX_WAITS
  for (let expected of files) {
    for (;;) {
      const found = await digestOf(directory, expected.path.split('/'), onRead)
      const verdict = verdictOn(expected, found)
      if (verdict.kind === 'verified') {
        yield verdict
        break
      }
      // In this order: what has been replaced is in the log before it is no longer about to be.
      const announced = await replacementsOf(directory, expected.path, Date.parse(expected.finishedAt))
      const latest = await log.latestOf(expected.path)
      // The receiver has deleted it meanwhile.
      if (latest === undefined) break
      if (found !== undefined && announced.some((content) => isContent(found, content))) {
        yield { kind: 'verified', name: expected.path, bytes: found.sizeBytes, md5: found.md5 }
        break
      }
      const isNews = latest.finishedAt !== expected.finishedAt || !isSameContent(latest, expected)
      if (!isNews && !(found?.isRecent && waitsLeft > 0)) {
        yield verdict
        break
      }
      if (isNews) expected = latest
      else {
        await setTimeout(WAIT_MS)
        waitsLeft--
      }
    }
  }
}

function verdictOn({ path: name, size, md5 }: ReceivedFile, found: Found | undefined): Verdict {
  if (found === undefined) return { kind: 'missing', name, bytes: size, md5 }
  if (isContent(found, { md5, size })) return { kind: 'verified', name, bytes: size, md5 }
  return { kind: 'damaged', name, bytes: found.sizeBytes, md5: found.md5, expected: md5 }
}

function isContent({ md5, sizeBytes }: Found, content: Content): boolean {
  return isSameContent({ md5, size: sizeBytes }, content)
}

function isSameContent(one: Content, other: Content): boolean {
  return one.md5 === other.md5 && one.size === other.size
}

/** The log as it is now; it is read again only when it has grown. */
function openFollowedLog(path: string) {
  let sizeBytes = -1
  let files = new Map<string, ReceivedFile>()
  return {
    async latestOf(name: string): Promise<ReceivedFile | undefined> {
      const { size } = await stat(path)
      if (size !== sizeBytes) files = await readReceivedLog(path)
      sizeBytes = size
      return files.get(name)
    },
  }
}

type Found = { readonly sizeBytes: number; readonly md5: string; readonly isRecent: boolean }

/**
 * Undefined when there is no regular file; one that a symbolic link leads to, at its end or on the way, was never
 * received.
 */
async function digestOf(
  directory: string,
  path: readonly string[],
  onRead: (bytes: number) => void,
): Promise<Found | undefined> {
  const folder = await openFolder(directory, path.slice(0, -1)).catch(noFile)
  if (folder === undefined) return undefined
  try {
    return await digestAt(folder.at(path.at(-1) ?? ''), onRead)
  } finally {
    await folder.close()
  }
}

async function digestAt(path: string, onRead: (bytes: number) => void): Promise<Found | undefined> {
  const stats = await lstat(path).catch(noFile)
  if (!stats?.isFile()) return undefined
  const isRecent = Date.now() - stats.ctimeMs < RECENT_MS
  const hash = createHash('md5')
  let bytes = 0
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    for await (const block of file.createReadStream({ highWaterMark: 256 * 1024 })) {
      hash.update(block)
      bytes += block.length
      onRead(block.length)
    }
    return { sizeBytes: bytes, md5: hash.digest('hex'), isRecent }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP')) return undefined
    if (hasCode(error, 'EIO', 'EACCES', 'EPERM')) return { sizeBytes: bytes, md5: '', isRecent: false }
    throw error
  }
}

/** For `catch`: nothing is there, or something else stands in the way. */
function noFile(error: unknown): undefined {
  if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE')) return undefined
  throw error
}

async function receivingFolderAbove(path: string): Promise<string | undefined> {
  try {
    await access(receivedLogOf(path))
    return path
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  const parent = dirname(path)
  return parent === path ? undefined : receivingFolderAbove(parent)
}

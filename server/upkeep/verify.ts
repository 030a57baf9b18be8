import { constants } from 'node:fs'
import { access, lstat, open, stat } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isSameDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest, DigestKind } from '../../proto/digests.ts'
import { hasCode } from '../base/errors.ts'
import { hashingHere } from '../bytes/hashing.ts'
import { openFolder } from '../store/folder.ts'
import { type ReceivedFile, readReceivedLog, receivedLogOf } from './received-log.ts'
import { type Content, replacementsOf } from './replacements.ts'

/** How a received file is today. `name` is relative to the receiving folder, `bytes` is its size. */
export type Verdict =
  /** `also`: its digest of another kind, where that was asked for. */
  | {
      readonly kind: 'verified'
      readonly name: string
      readonly bytes: number
      readonly digest: Digest
      readonly also?: Digest
    }
  /** `bytes` and `digest` are today's; `digest` is undefined when the file cannot be read to its end. */
  | {
      readonly kind: 'damaged'
      readonly name: string
      readonly bytes: number
      readonly digest: Digest | undefined
      readonly expected: Digest
    }
  | { readonly kind: 'missing'; readonly name: string; readonly bytes: number; readonly digest: Digest }

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
 * Reads received files again, one after the other, each by the digest that it was received with. `onRead` is told about
 * bytes as they are read. Works while a receiver is running.
 *
 * @param also a digest that is wanted of each verified file, whatever it was received with.
 */
export async function* verify(
  { directory, files }: Pick<Received, 'directory' | 'files'>,
  onRead: (bytes: number) => void = () => {},
  also?: DigestKind,
): AsyncGenerator<Verdict> {
  const log = openFollowedLog(receivedLogOf(directory))
  let waitsLeft = MAX_WAITS
  for (let expected of files) {
    const look = (...kinds: DigestKind[]) =>
      digestsOf(directory, expected.path.split('/'), also === undefined ? kinds : [...kinds, also], onRead)
    for (;;) {
      let found = await look(expected.digest.kind)
      const verdict = verdictOn(expected, found, also)
      if (verdict.kind === 'verified') {
        yield verdict
        break
      }
      // In this order: what has been replaced is in the log before it is no longer about to be.
      const announced = await replacementsOf(directory, expected.path, Date.parse(expected.finishedAt))
      const latest = await log.latestOf(expected.path)
      // The receiver has deleted it meanwhile.
      if (latest === undefined) break
      const kinds = announced.map(({ digest }) => digest.kind)
      if (found !== undefined && kinds.some((kind) => kind !== expected.digest.kind)) found = await look(...kinds)
      const replaced = announced.map((content) => verdictOn({ ...expected, ...content }, found, also))
      const [same] = replaced.filter(({ kind }) => kind === 'verified')
      if (same !== undefined) {
        yield same
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

function verdictOn(
  { path: name, size, digest: expected }: ReceivedFile,
  found: Found | undefined,
  also: DigestKind | undefined,
): Verdict {
  if (found === undefined) return { kind: 'missing', name, bytes: size, digest: expected }
  const { sizeBytes: bytes, digests } = found
  const digest = digests.get(expected.kind)
  if (digest === undefined || bytes !== size || !isSameDigest(digest, expected))
    return { kind: 'damaged', name, bytes, digest, expected }
  const other = also === undefined ? undefined : digests.get(also)
  return { kind: 'verified', name, bytes, digest, ...(other && { also: other }) }
}

function isSameContent(one: Content, other: Content): boolean {
  return isSameDigest(one.digest, other.digest) && one.size === other.size
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

/** `digests` is empty when the file cannot be read to its end. */
type Found = {
  readonly sizeBytes: number
  readonly digests: ReadonlyMap<DigestKind, Digest>
  readonly isRecent: boolean
}

/**
 * Undefined when there is no regular file; one that a symbolic link leads to, at its end or on the way, was never
 * received.
 */
async function digestsOf(
  directory: string,
  path: readonly string[],
  kinds: readonly DigestKind[],
  onRead: (bytes: number) => void,
): Promise<Found | undefined> {
  const folder = await openFolder(directory, path.slice(0, -1)).catch(noFile)
  if (folder === undefined) return undefined
  try {
    return await digestsAt(folder.at(path.at(-1) ?? ''), kinds, onRead)
  } finally {
    await folder.close()
  }
}

async function digestsAt(
  path: string,
  kinds: readonly DigestKind[],
  onRead: (bytes: number) => void,
): Promise<Found | undefined> {
  const stats = await lstat(path).catch(noFile)
  if (!stats?.isFile()) return undefined
  const isRecent = Date.now() - stats.ctimeMs < RECENT_MS
  const hashes = new Map(kinds.map((kind) => [kind, hashingHere.begin(kind)]))
  const digests = new Map<DigestKind, Digest>()
  let bytes = 0
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    for await (const block of file.createReadStream({ highWaterMark: 256 * 1024 })) {
      for (const hash of hashes.values()) await hash.update(block)
      bytes += block.length
      onRead(block.length)
    }
    for (const [kind, hash] of hashes) digests.set(kind, { kind, hex: (await hash.hex()) ?? '' })
    return { sizeBytes: bytes, digests, isRecent }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP')) return undefined
    if (hasCode(error, 'EIO', 'EACCES', 'EPERM')) return { sizeBytes: bytes, digests: new Map(), isRecent: false }
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

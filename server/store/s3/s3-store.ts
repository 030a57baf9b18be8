import { createHash, randomBytes } from 'node:crypto'
import { DEFAULT_DIGEST_KIND } from '../../../proto/digest/digest-forms.ts'
import type { OnUnexpected } from '../../base/unexpected.ts'
import type { ChunkStore, Held, Holder } from '../chunk-store.ts'
import type { NameClaims } from '../name-claims.ts'
import { mapAtOnce } from './at-once.ts'
import { Bucket } from './bucket.ts'
import type { S3Config } from './config.ts'
import { DigestKeeper } from './digest-keeper.ts'
import { isSameETag } from './etags.ts'
import { KeptBytes } from './kept-bytes.ts'
import { Layout } from './layout.ts'
import { GatheringMemory } from './memory.ts'
import { LEAST_PIECE_BYTES, Pieces } from './pieces.ts'
import { publishObject, putSmallFile, removeObject, settleObject } from './publish-object.ts'
import { S3Part } from './s3-part.ts'

/** Memory in which bytes are gathered: eight pieces of the usual length, of which an upload fills one or two. */
const LEAST_MEMORY_BYTES = 64 * 1024 ** 2
/** The same for a great many uploads. */
const MOST_MEMORY_BYTES = 256 * 1024 ** 2
/** Bytes of a piece that is not full wait in memory for so long for more, ms, when others need it. */
const PATIENCE_MS = 2_000
/** Requests that delete what an upload has left, at the same time. */
const DELETES_AT_ONCE = 8
/** Requests that look whether names are taken, at the same time. */
const LOOKS_AT_ONCE = 16

/**
 * The most that one request copies, bytes; S3 takes no more. Some stores copy a whole object without reading it, but
 * never the parts of one.
 */
const COPY_AT_ONCE_BYTES = 5 * 1024 ** 3

/** A store that is silent for so long does not answer, ms. */
const SILENCE_MS = 30_000

/** For tests: pieces, memory, copies and patience that are soon used up. */
export type S3Sizes = {
  readonly leastPieceBytes?: number
  readonly memoryBytes?: number
  readonly patienceMs?: number
  readonly copyAtOnceBytes?: number
  readonly silenceMs?: number
}

/**
 * Keeps bytes in a bucket of an object store that speaks S3. Several receivers may use it at once.
 *
 * A bucket has no folders that could be in the way of a file. Names that differ by case or normalisation are one name
 * when receivers gave them; objects of other programs are taken as they are. An object that another program writes
 * under a name while an upload is being published there is lost, as between any two programs that write to a bucket.
 *
 * @param claims shared by all receivers that use the bucket.
 * @throws ReceiveError STATE_UNREACHABLE, STORAGE_NOT_WRITABLE, BAD_FLAGS.
 */
export async function openS3Store(
  config: S3Config,
  onUnexpected: OnUnexpected,
  claims: NameClaims,
  {
    leastPieceBytes = LEAST_PIECE_BYTES,
    memoryBytes,
    patienceMs = PATIENCE_MS,
    copyAtOnceBytes = COPY_AT_ONCE_BYTES,
    silenceMs = SILENCE_MS,
  }: S3Sizes = {},
): Promise<ChunkStore & { close(): void }> {
  const bucket = new Bucket(config, { copyAtOnceBytes, silenceMs })
  const layout = new Layout(config.prefix ?? '')
  const { hasMd5ETags, keepsNames } = await probe(bucket, layout).catch((error: unknown) => {
    bucket.close()
    throw error
  })
  if (!keepsNames)
    onUnexpected(
      new Error(
        'The object store ignores If-None-Match: what another program puts under a name while a file gets it may be lost.',
      ),
    )
  const memory = new GatheringMemory({
    leastBytes: memoryBytes ?? LEAST_MEMORY_BYTES,
    mostBytes: memoryBytes ?? MOST_MEMORY_BYTES,
    pieceBytes: leastPieceBytes,
    patienceMs,
  })
  const named = { bucket, layout, claims }
  const deps = { memory, digests: new DigestKeeper(bucket, layout), hasMd5ETags }

  const multipartsOf = (fileId: string) => bucket.multiparts.list(layout.folderOf(fileId))
  const discardPart = async (fileId: string) => {
    for await (const { key, uploadId } of multipartsOf(fileId)) await bucket.multiparts.abort(key, uploadId)
    const keys: string[] = []
    for await (const { key } of bucket.list(layout.folderOf(fileId))) keys.push(key)
    await mapAtOnce(keys, DELETES_AT_ONCE, (key) => bucket.delete(key))
  }
  const partChangedAtMs = async (fileId: string) => {
    let changedAtMs: number | undefined
    const see = (atMs: number) => {
      changedAtMs = Math.max(changedAtMs ?? 0, atMs)
    }
    for await (const object of bucket.list(layout.folderOf(fileId))) see(object.changedAtMs)
    for await (const { key, uploadId, beganAtMs } of multipartsOf(fileId)) {
      see(beganAtMs)
      for await (const part of bucket.multiparts.listParts(key, uploadId)) see(part.changedAtMs)
    }
    return changedAtMs
  }

  return {
    stagedSmallFiles: undefined,
    directSmallFiles: keepsNames
      ? { putSmallFile: (fileId, wish, data, publication) => putSmallFile(named, fileId, wish, data, publication) }
      : undefined,
    digestsParts: true,
    async openPart(fileId, sizeBytes, kind = DEFAULT_DIGEST_KIND) {
      const pieces = new Pieces(sizeBytes, leastPieceBytes)
      const kept = await KeptBytes.find(bucket, layout, fileId, pieces)
      return S3Part.open(deps, kind, fileId, pieces, kept)
    },
    discardPart,
    async publish(fileId, wish, publication) {
      const path = await publishObject(named, fileId, wish, publication)
      await discardPart(fileId)
      return path
    },
    async settle(fileId, intent, record) {
      const hasPart = async () => (await partChangedAtMs(fileId)) !== undefined
      const settled = await settleObject(named, fileId, intent, hasPart, record)
      if (settled === 'published') await discardPart(fileId)
      return settled
    },
    async openPublished(path) {
      const key = layout.published(path)
      const facts = await bucket.head(key)
      if (facts === undefined) return undefined
      return { sizeBytes: facts.sizeBytes, read: (start, end) => readObject(bucket, key, start, end), async close() {} }
    },
    removePublished: (path, unchanged, record) => removeObject(named, path, unchanged, record),
    async makeFolder(path) {
      await bucket.put(`${layout.published(path)}/`, Buffer.alloc(0))
      return path
    },
    heldBelow: (path, signal) => heldBelow(bucket, layout, path, signal),
    // Nobody knows how much a bucket can take, until it says that it is full.
    freeBytes: async () => Number.POSITIVE_INFINITY,
    async *listParts() {
      const fileIds = new Set<string>()
      for await (const fileId of bucket.listFolders(layout.parts)) fileIds.add(fileId)
      for await (const { key } of bucket.multiparts.list(layout.parts)) fileIds.add(layout.fileIdOf(key) ?? '')
      fileIds.delete('')
      yield* fileIds
    },
    partChangedAtMs,
    spelled: async (path) => path,
    holders: (folder, names) => holdersOf(bucket, layout, folder, names),
    close: () => bucket.close(),
  }
}

/** Does once what every upload will need, and finds out what the store can do. */
async function probe(bucket: Bucket, layout: Layout): Promise<{ hasMd5ETags: boolean; keepsNames: boolean }> {
  const key = `${layout.state}probe-${randomBytes(8).toString('hex')}`
  const body = Buffer.from('Longshore')
  try {
    await bucket.trySha256(key)
    const etag = await bucket.put(key, body)
    const isKept = (await bucket.put(key, body, { ifAbsent: true })) === undefined
    const md5 = createHash('md5').update(body).digest('hex')
    return { hasMd5ETags: isSameETag(etag ?? '', md5), keepsNames: isKept }
  } finally {
    await bucket.delete(key).catch(() => 'told by what failed before')
  }
}

/**
 * Keys are listed in order, so all keys of a folder follow each other. A folder that keys name is counted as it would
 * be on a disk.
 */
async function* heldBelow(
  bucket: Bucket,
  layout: Layout,
  path: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Held> {
  const top = path.length === 0 ? layout.top : `${layout.published(path)}/`
  let before: readonly string[] = []
  for await (const { key, sizeBytes } of bucket.list(top)) {
    signal.throwIfAborted()
    if (key.startsWith(layout.state)) continue
    const names = key.slice(top.length).split('/')
    // A folder of its own is an object whose key ends with a slash.
    const isFile = names.pop() !== ''
    for (const [at, name] of names.entries()) {
      if (before[at] === name && before.slice(0, at).every((other, index) => other === names[index])) continue
      yield { kind: 'folder', path: names.slice(0, at + 1) }
    }
    before = names
    if (isFile) yield { kind: 'file', sizeBytes }
  }
}

/** An object `a` and objects `a/…` do not exclude each other in a bucket. */
async function holdersOf(
  bucket: Bucket,
  layout: Layout,
  folder: readonly string[],
  names: readonly string[],
): Promise<readonly (Holder | undefined)[]> {
  if (await isEmpty(bucket, folder.length === 0 ? layout.top : `${layout.published(folder)}/`))
    return names.map(() => undefined)
  return mapAtOnce(names, LOOKS_AT_ONCE, async (name): Promise<Holder | undefined> => {
    const facts = await bucket.head(layout.published([...folder, name]))
    return facts && { kind: 'file', sizeBytes: facts.sizeBytes }
  })
}

async function isEmpty(bucket: Bucket, prefix: string): Promise<boolean> {
  for await (const _ of bucket.list(prefix)) return false
  return true
}

const READ_BYTES = 4 * 1024 ** 2

async function* readObject(bucket: Bucket, key: string, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const block = await bucket.get(key, { start: at, end: Math.min(end, at + READ_BYTES) })
    if (block === undefined || block.length === 0) return
    yield block
    at += block.length
  }
}

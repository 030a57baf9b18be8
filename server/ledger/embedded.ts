import { ReceiveError } from '../base/errors.ts'
import { CommitLog } from './commit-log.ts'
import type { OnDamage, Operation } from './database.ts'
import { isFinished, type Ledger, type UploadRecord } from './ledger.ts'
import { nameText, nameTexts } from './name-text.ts'
import { checkpointText, chunkText, toCheckpoint, toChunk, toUpload, uploadText } from './record-text.ts'

/**
 * Opens the ledger kept in a folder of its own with LevelDB, which also locks it: one process at a time.
 *
 * @param folder made when it is missing.
 * @param onDamage told about every record or database that could not be read and was repaired or set aside.
 * @throws ReceiveError BUSY when another process has it open, STORAGE_NOT_WRITABLE or DISK_FULL when it cannot be
 * opened.
 */
export async function openEmbeddedLedger(folder: string, onDamage: OnDamage): Promise<Ledger> {
  const log = await CommitLog.open(folder, onDamage)
  const read = <T>(key: string, parse: (text: string) => T | undefined) => readOrSetAside(log, onDamage, key, parse)
  const findUpload = (fileId: string) => read(uploadAt(fileId), (text) => toUpload(fileId, text))
  const forgetBytes = async (fileId: string) => (await bytesKeys(log, fileId)).map(del)

  const ledger: Ledger = {
    uploads: {
      find: findUpload,
      async findByKey(uploadKey, owner) {
        const fileId = await log.read(keyIndex(uploadKey, owner))
        return fileId === undefined ? undefined : findUpload(fileId)
      },
      async save(record, { durable = false, forgetChunks = false } = {}) {
        const operations = [put(uploadAt(record.fileId), uploadText(record))]
        if (record.origin.kind === 'begun')
          operations.push(put(keyIndex(record.origin.uploadKey, record.owner), record.fileId))
        const open = unfinishedIndex(record.fileId)
        operations.push(record.state.kind === 'finished' ? del(open) : put(open, ''))
        if (isFinished(record)) {
          // The file that had this name before was replaced.
          const before = await ledger.names.holder(record.state.storedAs)
          if (before !== undefined)
            operations.push(...nameTexts(before.path).map((name) => del(askedFor(name, before.fileId))))
          operations.push(put(askedFor(nameText(record.path), record.fileId), ''))
          operations.push(put(holderOf(nameText(record.state.storedAs)), record.fileId))
        }
        if (forgetChunks) operations.push(...(await forgetBytes(record.fileId)))
        await log.commit(operations, durable)
      },
      async rekey(record, uploadKey) {
        const rekeyed: UploadRecord = { ...record, origin: { kind: 'begun', uploadKey } }
        const operations = [put(uploadAt(record.fileId), uploadText(rekeyed))]
        if (record.origin.kind === 'begun') operations.push(del(keyIndex(record.origin.uploadKey, record.owner)))
        operations.push(put(keyIndex(uploadKey, record.owner), record.fileId))
        await log.commit(operations, true)
        return rekeyed
      },
      async forget(record) {
        const operations = [del(uploadAt(record.fileId)), del(unfinishedIndex(record.fileId))]
        if (record.origin.kind === 'begun') operations.push(del(keyIndex(record.origin.uploadKey, record.owner)))
        operations.push(...(await forgetBytes(record.fileId)))
        await log.commit(operations, false)
      },
      async *unfinished() {
        for await (const [key] of log.entries(within('unfinished/'))) {
          const record: UploadRecord | undefined = await findUpload(key.slice('unfinished/'.length))
          if (record) yield record
        }
      },
    },
    names: {
      async *askedFor(path) {
        for (const name of nameTexts(path)) {
          const prefix = askedFor(name, '')
          for (const key of await log.keys(within(prefix))) {
            const record = await findUpload(key.slice(prefix.length))
            if (isFinished(record)) yield record
          }
        }
      },
      async holder(path) {
        for (const name of nameTexts(path)) {
          const fileId = await log.read(holderOf(name))
          const record = fileId === undefined ? undefined : await findUpload(fileId)
          if (isFinished(record)) return record
        }
        return undefined
      },
    },
    chunks: {
      find: (fileId, start) => read(chunkAt(fileId, start), (text) => toChunk(start, text)),
      async *list(fileId) {
        for await (const [key, text] of log.entries(within(chunksOf(fileId)))) {
          const chunk = toChunk(Number(key.slice(chunksOf(fileId).length)), text)
          if (chunk) yield chunk
          else await setAside(log, onDamage, key, text)
        }
      },
      async bytes(fileId) {
        let bytes = 0
        for await (const { start, end } of ledger.chunks.list(fileId)) bytes += end - start
        return bytes
      },
      save: (fileId, chunk) => log.commit([put(chunkAt(fileId, chunk.start), chunkText(chunk))], false),
    },
    checkpoints: {
      find: async (fileId) => (await read(checkpointOf(fileId), toCheckpoint)) ?? [],
      save(fileId, durable, { forgetChunks = [] } = {}) {
        const forget = forgetChunks.map((start) => del(chunkAt(fileId, start)))
        return log.commit([...forget, put(checkpointOf(fileId), checkpointText(durable))], true)
      },
    },
    flush: () => log.commit([], true),
    close: () => log.close(),
  }
  await lookThrough(ledger)
  return ledger
}

/**
 * Reads once what the start of a receiver needs. Damage there is then repaired here, and does not keep the receiver
 * from starting.
 */
async function lookThrough({ uploads }: Ledger): Promise<void> {
  try {
    for await (const { fileId } of uploads.unfinished()) await uploads.find(fileId)
  } catch (error) {
    if (!(error instanceof ReceiveError && error.code === 'BUSY')) throw error
  }
}

async function readOrSetAside<T>(
  log: CommitLog,
  onDamage: OnDamage,
  key: string,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  const text = await log.read(key)
  if (text === undefined) return undefined
  const value = parse(text)
  if (value === undefined) await setAside(log, onDamage, key, text)
  return value
}

/** Moves a record that cannot be read to another key, where nobody looks it up and a person can. */
async function setAside(log: CommitLog, onDamage: OnDamage, key: string, text: string): Promise<void> {
  const operations = [del(key), put(`corrupt/${key}`, text)]
  if (key.startsWith('upload/')) {
    // Another upload may get the same id, and must not take these chunks for its own.
    const fileId = key.slice('upload/'.length)
    operations.push(del(unfinishedIndex(fileId)), ...(await bytesKeys(log, fileId)).map(del))
  }
  await log.commit(operations, true)
  onDamage(new Error(`The record ${key} in the ledger was unreadable and is kept as corrupt/${key}.`))
}

/** The keys of everything that is known of an upload's bytes. */
async function bytesKeys(log: CommitLog, fileId: string): Promise<string[]> {
  return [...(await log.keys(within(chunksOf(fileId)))), checkpointOf(fileId)]
}

const put = (key: string, value: string): Operation => ({ type: 'put', key, value })
const del = (key: string): Operation => ({ type: 'del', key })

const uploadAt = (fileId: string) => `upload/${fileId}`
/** No upload key has a slash in it, so the keys of one device never equal those of another. */
const keyIndex = (uploadKey: string, owner: string | undefined) =>
  owner === undefined ? `key/${uploadKey}` : `key/${owner}/${uploadKey}`
const unfinishedIndex = (fileId: string) => `unfinished/${fileId}`
const askedFor = (name: string, fileId: string) => `asked/${name}/${fileId}`
const holderOf = (name: string) => `holder/${name}`
const checkpointOf = (fileId: string) => `durable/${fileId}`
const chunksOf = (fileId: string) => `chunk/${fileId}/`
/** Sixteen digits hold every offset, so that the order of the keys is the order of the file. */
const chunkAt = (fileId: string, start: number) => chunksOf(fileId) + String(start).padStart(16, '0')
/** `0` is the character after `/`. */
const within = (prefix: string) => ({ gte: prefix, lt: `${prefix.slice(0, -1)}0` })

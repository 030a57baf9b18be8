import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { bytesIn } from '../bytes/range-set.ts'
import { ChunkBatches } from './chunk-batches.ts'
import type { OnDamage } from './database.ts'
import { type FinishedRecord, isFinished, type Ledger, type UploadRecord } from './ledger.ts'
import { nameText, nameTexts } from './name-text.ts'
import { packedByStretch, stretchOf, unpacked, withoutStarts } from './packed-chunks.ts'
import { checkpointText, toCheckpoint, toUpload, uploadText } from './record-text.ts'
import { Refused, type Reply, type Script, type SharedState } from './redis-connection.ts'
import { forgetUpload, rekeyUpload, saveCheckpoint, saveChunks, saveUpload } from './redis-scripts.ts'

/** A finished upload is remembered for this long, ms, so that a sender that asks again gets the answer. */
const KEEP_FINISHED_MS = 30 * 86_400_000
/**
 * An unfinished upload that nobody continues is dropped by Redis after this, ms, when no node is left to forget it;
 * later where uploads expire later.
 */
const KEEP_IDLE_MS = 30 * 86_400_000
/** Entries that are asked for at once. */
const PAGE = 1000

/** Where the ledger keeps what, in Redis. */
export const keys = {
  upload: (fileId: string) => `longshore:upload:${fileId}`,
  chunks: (fileId: string) => `longshore:chunks:${fileId}`,
  /**
   * No key of a sender has a slash in it, so those of a device are nobody else's. Empty for the upload of a three-RPC
   * client.
   */
  ofSender: ({ origin, owner }: Pick<UploadRecord, 'origin' | 'owner'>) =>
    origin.kind === 'begun' ? keyIndex(origin.uploadKey, owner) : '',
  unfinished: 'longshore:unfinished',
  askedFor: (name: string) => `longshore:asked:${name}`,
  holder: (name: string) => `longshore:holder:${name}`,
}

/**
 * The ledger of several receivers, in a Redis that they share. Closing it leaves the connection open.
 *
 * "Survives `kill -9`" is true of the receivers. What Redis loses when it is killed itself, at most its last second
 * with `appendonly yes`, is sent again: the ledger then knows less than the store has, never more.
 *
 * @param leaseOf the lease that this receiver has on an upload, empty without one; a write for an upload that another
 * one holds is refused with MOVED.
 * @param expireAfterMs an unfinished upload that nobody goes on with is forgotten by the nodes after this.
 * @param onDamage told about every record that could not be read and was set aside.
 */
export function openRedisLedger(
  state: SharedState,
  leaseOf: (fileId: string) => string,
  expireAfterMs: number,
  onDamage: OnDamage,
): Ledger {
  const keepIdleMs = Math.max(KEEP_IDLE_MS, 2 * expireAfterMs)
  const step = async (script: Script, ...parameters: readonly (string | number | Buffer)[]): Promise<Reply> => {
    try {
      return await state.run(script, ...parameters)
    } catch (error) {
      throw error instanceof Refused ? refusal(error) : error
    }
  }
  const batches = new ChunkBatches(async (fileId, lease, chunks) => {
    const counts = [chunks.length, bytesIn(chunks)]
    const records = [...packedByStretch(chunks)].flat()
    await step(saveChunks, keys.upload(fileId), keys.chunks(fileId), lease, keepIdleMs, ...counts, ...records)
  })
  const keysOf = (record: UploadRecord) =>
    [keys.upload(record.fileId), keys.chunks(record.fileId), keys.ofSender(record), keys.unfinished] as const
  const saveNames = async ({ fileId, path, state: { storedAs } }: FinishedRecord): Promise<void> => {
    const asked = keys.askedFor(nameText(path))
    const before = await holder(storedAs)
    // The file that had this name before was replaced.
    for (const name of before === undefined ? [] : nameTexts(before.path))
      await state.command('SREM', keys.askedFor(name), before?.fileId ?? '')
    await Promise.all([
      state.command('SADD', asked, fileId),
      state.command('PEXPIRE', asked, KEEP_FINISHED_MS),
      state.command('SET', keys.holder(nameText(storedAs)), fileId, 'PX', KEEP_FINISHED_MS),
    ])
  }
  const holder = async (path: readonly string[]): Promise<FinishedRecord | undefined> => {
    for (const name of nameTexts(path)) {
      const fileId = await state.command('GET', keys.holder(name))
      const record = Buffer.isBuffer(fileId) ? await find(fileId.toString()) : undefined
      if (isFinished(record)) return record
    }
    return undefined
  }
  const find = async (fileId: string): Promise<UploadRecord | undefined> => {
    const text = await state.command('HGET', keys.upload(fileId), 'record')
    if (!Buffer.isBuffer(text)) return undefined
    const record = toUpload(fileId, text.toString())
    if (record === undefined) await setAside(state, onDamage, fileId)
    return record
  }

  return {
    uploads: {
      find,
      async findByKey(uploadKey, owner) {
        const fileId = await state.command('GET', keyIndex(uploadKey, owner))
        return Buffer.isBuffer(fileId) ? find(fileId.toString()) : undefined
      },
      async save(record, { forgetChunks = false } = {}) {
        const { fileId } = record
        const stage = record.state.kind === 'finished' ? 'finished' : 'open'
        const forget = forgetChunks ? 1 : 0
        const keepMs = stage === 'finished' ? KEEP_FINISHED_MS : keepIdleMs
        const parameters = [leaseOf(fileId), fileId, uploadText(record), stage, forget, keepMs]
        // The names first: should the second step fail, the upload is not finished, and whoever looks up its names
        // passes it over.
        if (isFinished(record)) await saveNames(record)
        await step(saveUpload, ...keysOf(record), ...parameters)
      },
      async rekey(record, uploadKey) {
        const { fileId } = record
        const rekeyed: UploadRecord = { ...record, origin: { kind: 'begun', uploadKey } }
        const indexes = [keys.ofSender(record), keys.ofSender(rekeyed)] as const
        await step(
          rekeyUpload,
          keys.upload(fileId),
          ...indexes,
          leaseOf(fileId),
          fileId,
          uploadText(rekeyed),
          keepIdleMs,
        )
        return rekeyed
      },
      async forget(record) {
        await step(forgetUpload, ...keysOf(record), leaseOf(record.fileId), record.fileId)
      },
      async *unfinished() {
        for await (const [fileId] of scan(state, 'SSCAN', keys.unfinished, 1)) {
          const record = fileId && (await find(fileId.toString()))
          if (record && record.state.kind !== 'finished') yield record
          // Its record has expired, and only its name is left.
          if (fileId && !record) await state.command('SREM', keys.unfinished, fileId)
        }
      },
    },
    names: {
      async *askedFor(path) {
        for (const name of nameTexts(path).map(keys.askedFor)) {
          for await (const [fileId] of scan(state, 'SSCAN', name, 1)) {
            const record = fileId === undefined ? undefined : await find(fileId.toString())
            if (isFinished(record)) yield record
            // Its record has expired, as records of finished uploads do.
            if (fileId !== undefined && record === undefined) await state.command('SREM', name, fileId)
          }
        }
      },
      holder,
    },
    chunks: {
      async find(fileId, start) {
        const stretch = stretchOf(start)
        const records = await state.command('HGET', keys.chunks(fileId), stretch)
        return Buffer.isBuffer(records) ? unpacked(stretch, records).find((chunk) => chunk.start === start) : undefined
      },
      async *list(fileId) {
        const stretches: [string, Buffer][] = []
        for await (const [stretch, records] of scan(state, 'HSCAN', keys.chunks(fileId), 2)) {
          if (stretch && records) stretches.push([stretch.toString(), records])
        }
        stretches.sort(([one], [other]) => Number(one) - Number(other))
        // A scan may answer a stretch twice, when the hash grows meanwhile.
        const once = new Map(stretches)
        for (const [stretch, records] of once) yield* unpacked(stretch, records)
      },
      save: (fileId, chunk) => batches.save(fileId, leaseOf(fileId), chunk),
      async bytes(fileId) {
        const bytes = await state.command('HGET', keys.upload(fileId), 'bytes')
        return Buffer.isBuffer(bytes) ? Number(bytes) : 0
      },
    },
    checkpoints: {
      async find(fileId) {
        const text = await state.command('HGET', keys.upload(fileId), 'durable')
        return (Buffer.isBuffer(text) && toCheckpoint(text.toString())) || []
      },
      async save(fileId, durable, { forgetChunks = [] } = {}) {
        const { chunks, bytes, left } = await without(state, fileId, forgetChunks)
        const counts = [checkpointText(durable), chunks, bytes]
        await step(saveCheckpoint, keys.upload(fileId), keys.chunks(fileId), leaseOf(fileId), ...counts, ...left)
      },
    },
    // What it has written it keeps as well as it can by itself.
    flush: async () => undefined,
    close: async () => undefined,
  }
}

/**
 * What is left of the stretches when the chunks that begin at these offsets are forgotten, and how many chunks and
 * bytes go.
 */
async function without(state: SharedState, fileId: string, starts: readonly number[]) {
  const gone = new Set(starts)
  const left: (string | Buffer)[] = []
  let chunks = 0
  let bytes = 0
  for (const stretch of new Set(starts.map(stretchOf))) {
    const records = await state.command('HGET', keys.chunks(fileId), stretch)
    if (!Buffer.isBuffer(records)) continue
    for (const { start, end } of unpacked(stretch, records)) {
      if (!gone.has(start)) continue
      chunks++
      bytes += end - start
    }
    left.push(stretch, withoutStarts(stretch, records, gone) ?? '')
  }
  return { chunks, bytes, left }
}

/**
 * Everything in a set or a hash, in groups of this size. An entry that is there from beginning to end is answered at
 * least once.
 */
async function* scan(
  state: SharedState,
  command: 'SSCAN' | 'HSCAN',
  key: string,
  group: number,
): AsyncGenerator<Buffer[]> {
  let cursor = '0'
  do {
    const reply = await state.command(command, key, cursor, 'COUNT', PAGE)
    const [next, entries] = Array.isArray(reply) ? (reply as Reply[]) : []
    if (!Buffer.isBuffer(next) || !Array.isArray(entries))
      throw new Error(`Redis answered ${command} with something else.`)
    cursor = next.toString()
    for (let at = 0; at < entries.length; at += group) yield entries.slice(at, at + group) as Buffer[]
  } while (cursor !== '0')
}

/** Moves a record that cannot be read to another key, where nobody looks it up and a person can. */
async function setAside(state: SharedState, onDamage: OnDamage, fileId: string): Promise<void> {
  await state.command('RENAME', keys.upload(fileId), `longshore:corrupt:${fileId}`)
  await state.command('UNLINK', keys.chunks(fileId))
  await state.command('SREM', keys.unfinished, fileId)
  onDamage(new Error(`The record of ${fileId} in Redis was unreadable and is kept as longshore:corrupt:${fileId}.`))
}

function refusal(error: Refused): Error {
  switch (error.code) {
    case 'FENCED':
      return receiveErrorFrom(error, 'MOVED', 'Another receiver serves this upload now; begin again.')
    case 'TAKEN':
      return new ReceiveError('MOVED', 'Another receiver began this upload at the same moment; begin again.')
    default:
      return error
  }
}

function keyIndex(uploadKey: string, owner: string | undefined): string {
  return owner === undefined ? `longshore:key:${uploadKey}` : `longshore:key:${owner}/${uploadKey}`
}

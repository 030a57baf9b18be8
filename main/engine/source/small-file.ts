import { createBatchThread } from '../../../proto/threads/batch-thread.ts'
import { fromFileError, sizeNotTold, sourceChanged } from '../base/errors.ts'
import type { SourceIdentity } from './resume-store.ts'
import {
  assertStill,
  identityOf,
  isSameFile,
  type Looked,
  mustBeStill,
  openFile,
  READ_ONLY,
  readInto,
  type Source,
  settledStats,
  unlessGone,
  unsettledMs,
} from './source.ts'

/** A small file, and what tells after it was sent that it is still the one that was read. */
export type SmallFile = { readonly data: Buffer } & Pick<Source, 'assertUnchangedOrGone'>

/** Reads small files, many at once. */
export type SmallFileReader = {
  /**
   * All bytes of a small file that is the one `identity` describes: looked at before and after it was read, so that a
   * change in between shows. Fails with an UploadError.
   */
  read(path: string, identity: SourceIdentity): Promise<SmallFile>
  close(): Promise<void>
}

/** `sizeBytes`: what the file must have, to be read; undefined to only look at what is at the path. */
type Job = { readonly path: string; readonly sizeBytes: number | undefined }

type Failed = { readonly failed: { readonly code: string; readonly message: string } }
/** `data`: at most one byte more than was asked for. */
type Read = { readonly before: Looked; readonly lookedAtMs: number; readonly data: Uint8Array }
type Answer = Failed | ({ readonly now: Looked } & (Read | { readonly data?: undefined }))

/** To look at a file takes about as long as to read so many bytes. */
const LOOK_BYTES = 4 * 1024

const source = `(() => {
  const fs = require('node:fs')
  const bigint = { bigint: true }
  const told = ({ dev, ino, size, mtimeMs, mtimeNs, ctimeMs, ctimeNs }) =>
    ({ dev, ino, size, mtimeMs, mtimeNs, ctimeMs, ctimeNs })
  const look = (path) => ({ now: told(fs.statSync(path, bigint)) })
  const read = (path, room) => {
    const file = fs.openSync(path, ${READ_ONLY})
    try {
      const lookedAtMs = Date.now()
      const before = told(fs.fstatSync(file, bigint))
      let filled = 0
      while (filled < room.length) {
        const bytesRead = fs.readSync(file, room, filled, room.length - filled, filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return { ...look(path), before, lookedAtMs, data: room.subarray(0, filled) }
    } finally {
      fs.closeSync(file)
    }
  }
  return (jobs) => {
    const roomOf = ({ sizeBytes }) => (sizeBytes === undefined ? 0 : sizeBytes + 1)
    const memory = Buffer.allocUnsafeSlow(jobs.reduce((bytes, job) => bytes + roomOf(job), 0))
    let at = 0
    const answers = jobs.map((job) => {
      const room = memory.subarray(at, (at += roomOf(job)))
      try {
        return job.sizeBytes === undefined ? look(job.path) : read(job.path, room)
      } catch (error) {
        return { failed: { code: error.code, message: error.message } }
      }
    })
    return { answers, transfer: [memory.buffer] }
  }
})()`

/**
 * Reads in a thread of its own: of a small file, handing each call to a thread takes far longer than the call. Should
 * there be no thread, files are read one by one.
 */
export function createSmallFileReader(): SmallFileReader {
  const thread = createBatchThread<Job, Answer>({
    source,
    bytesOf: ({ sizeBytes = 0 }) => sizeBytes + LOOK_BYTES,
  })

  async function assertStillThere(path: string, before: Looked): Promise<void> {
    const answer = await thread.ask({ path, sizeBytes: undefined })
    if (answer === undefined) return assertStill(path, before)
    mustBeStill(mustBeRead(answer).now, before)
  }

  return {
    async read(path, identity) {
      const { sizeBytes } = identity
      const answer = await thread.ask({ path, sizeBytes })
      if (answer === undefined) return readSmallFile(path, identity)
      const { data, ...looked } = mustBeRead(answer)
      if (data === undefined || !('before' in looked)) throw new Error('A file was looked at, and not read.')
      const { before, now, lookedAtMs } = looked
      // It changed a moment ago, and what was read may be older than what the next change leaves at the same time.
      if (unsettledMs(before, lookedAtMs) > 0) return readSmallFile(path, identity)
      if (!isSameFile(identityOf(before), identity)) throw sourceChanged()
      mustBeStill(now, before)
      if (data.length !== sizeBytes) throw sizeNotTold()
      return {
        data: Buffer.from(data.buffer, data.byteOffset, data.length),
        assertUnchangedOrGone: () => assertStillThere(path, before).catch(unlessGone),
      }
    },
    close: thread.close,
  }
}

function mustBeRead(answer: Answer): Exclude<Answer, Failed> {
  if ('failed' in answer) throw fromFileError(Object.assign(new Error(answer.failed.message), answer.failed))
  return answer
}

/** The same, one file at a time and without the thread. */
async function readSmallFile(path: string, identity: SourceIdentity): Promise<SmallFile> {
  const file = await openFile(path)
  try {
    const before = await settledStats(file)
    if (!isSameFile(identityOf(before), identity)) throw sourceChanged()
    // Reads one byte more than the size, to see that there are no more.
    const data = Buffer.allocUnsafeSlow(identity.sizeBytes + 1)
    const bytesRead = await readInto(file, data, 0)
    await assertStill(path, before)
    if (bytesRead !== identity.sizeBytes) throw sizeNotTold()
    const assertUnchangedOrGone = () => assertStill(path, before).catch(unlessGone)
    return { data: data.subarray(0, bytesRead), assertUnchangedOrGone }
  } finally {
    await file.close()
  }
}

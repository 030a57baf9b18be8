import { createHash } from 'node:crypto'
import { PUT_FILE_MAX_BYTES } from '../../proto/limits.ts'
import { ReceiveError, toReceiveError } from '../base/errors.ts'
import { type CheckedChunk, checkChunk } from '../bytes/checked-chunk.ts'
import { toOffset } from '../bytes/to-offset.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { NewSmallFile } from '../small-files/staged-small-files.ts'
import type { BeginRequest } from './new-uploads.ts'

/** One small file with all its bytes, as it came from the wire. */
export type SmallFile = Omit<BeginRequest, 'sha256'> & {
  readonly data: Buffer
  readonly crc32: number
  /** MD5 of the sender's file, lower-case hex. */
  readonly md5: string
}

/**
 * Files of one stream that are being stored at the same time: enough to share each sync of a disk, few enough to be
 * fair to other streams.
 */
const FILES_AT_ONCE = 64

/**
 * A shorter way for small files that are new and whose names are free; `put` answers undefined for one that cannot go
 * it.
 */
export type SmallFiles = { put(file: NewSmallFile): Promise<FinishedFile | undefined>; close(): Promise<void> }

/**
 * Stores the files of one stream, {@link FILES_AT_ONCE} at a time, and answers each as soon as its fate is known.
 *
 * @param next the next file, with its key; undefined at the end of the stream. What `file` throws refuses this file
 * only.
 * @throws ReceiveError DRAINING when the receiver is closing, after the files that are under way are answered.
 */
export async function putEach(
  store: (file: SmallFile) => Promise<FinishedFile>,
  next: () => Promise<{ readonly uploadKey: string; readonly file: () => SmallFile } | undefined>,
  answer: (uploadKey: string, fate: FinishedFile | ReceiveError, beganMs: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  let draining: ReceiveError | undefined
  let answering: Promise<void> = Promise.resolve()
  const storeOne = async (uploadKey: string, file: () => SmallFile): Promise<void> => {
    const beganMs = performance.now()
    const fate = await fateOf(async () => store(file()))
    if (fate instanceof ReceiveError && fate.code === 'DRAINING') draining = fate
    // One after the other, because a stream that takes no more tells only one who waits.
    answering = answering.then(() => answer(uploadKey, fate, beganMs))
    await answering
  }
  try {
    for (let asked = await next(); asked !== undefined && draining === undefined; asked = await next()) {
      const storing: Promise<void> = storeOne(asked.uploadKey, asked.file).finally(() => underWay.delete(storing))
      underWay.add(storing)
      // The next message is not read before there is room for it, and that holds the sender back.
      if (underWay.size >= FILES_AT_ONCE) await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (draining !== undefined) throw draining
}

async function fateOf(task: () => Promise<FinishedFile>): Promise<FinishedFile | ReceiveError> {
  try {
    return await task()
  } catch (error) {
    return toReceiveError(error)
  }
}

/** The bytes of a file that arrived as they were sent, as one chunk. Throws ReceiveError BAD_LENGTH, FINAL_CHECKSUM. */
export function mustBeUndamaged({ sizeBytes, data, crc32, md5 }: SmallFile, sender: string): CheckedChunk {
  if (data.length > PUT_FILE_MAX_BYTES) {
    throw new ReceiveError('BAD_LENGTH', `The file has ${data.length} bytes; PutFiles takes ${PUT_FILE_MAX_BYTES}.`)
  }
  if (data.length !== sizeBytes) {
    throw new ReceiveError('BAD_LENGTH', `The file came with ${data.length} bytes and a size of ${sizeBytes}.`)
  }
  const checked = checkChunk({ offset: toOffset('0'), data, crc32, sender })
  if (checked === undefined || createHash('md5').update(data).digest('hex') !== md5) {
    throw new ReceiveError('FINAL_CHECKSUM', 'The file arrived damaged.')
  }
  return checked
}

import { isSameDigest } from '../../proto/digest/digest-forms.ts'
import { digestOf } from '../../proto/digest/digest-of.ts'
import type { Digest } from '../../proto/digests.ts'
import { PUT_FILE_MAX_BYTES } from '../../proto/limits.ts'
import { ReceiveError, toReceiveError } from '../base/errors.ts'
import type { Shares } from '../base/shares.ts'
import { type CheckedChunk, checkChunk } from '../bytes/checked-chunk.ts'
import { toOffset } from '../bytes/to-offset.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { NewSmallFile } from '../small-files/staged-small-files.ts'
import type { BeginRequest } from './new-uploads.ts'
import { UnderWay } from './under-way.ts'

/** One small file with all its bytes, as it came from the wire. */
export type SmallFile = Omit<BeginRequest, 'sha256' | 'verifiedBy'> & {
  readonly data: Buffer
  readonly crc32: number
  /** Of the sender's file. */
  readonly digest: Digest
}

/**
 * Files of one stream that are being stored at the same time: enough to share each sync of a disk, few enough to be
 * fair to other streams.
 */
const FILES_AT_ONCE = 256

/**
 * A shorter way for small files that are new and whose names are free; `put` answers undefined for one that cannot go
 * it.
 */
export type SmallFiles = { put(file: NewSmallFile): Promise<FinishedFile | undefined>; close(): Promise<void> }

/** A file of a stream, which is not looked at before it is stored. */
export type AskedFile = {
  readonly uploadKey: string
  readonly bytes: number
  /** Throws ReceiveError for what is no file that can be stored, which refuses this one only. */
  readonly file: () => SmallFile
  /** Called when its bytes are needed no more. */
  readonly forget: () => void
}

/**
 * Stores the files of one stream, as many as {@link FILES_AT_ONCE} at a time, and answers each as soon as its fate is
 * known.
 *
 * @param next the next file; undefined at the end of the stream.
 * @param share.atWork see {@link UnderWay}.
 * @throws ReceiveError DRAINING when the receiver is closing, after the files that are under way are answered.
 */
export async function putEach(
  store: (file: SmallFile) => Promise<FinishedFile>,
  next: () => Promise<AskedFile | undefined>,
  answer: (uploadKey: string, fate: FinishedFile | ReceiveError, beganMs: number) => Promise<void>,
  { atWork, holder }: { readonly atWork: Shares; readonly holder: string },
): Promise<void> {
  const underWay = new UnderWay(atWork, holder, FILES_AT_ONCE)
  let onRoom = (): void => undefined
  let draining: ReceiveError | undefined
  let answering: Promise<void> = Promise.resolve()
  const storeOne = async ({ uploadKey, file }: AskedFile): Promise<void> => {
    const beganMs = performance.now()
    const fate = await fateOf(async () => store(file()))
    if (fate instanceof ReceiveError && fate.code === 'DRAINING') draining = fate
    // One after the other, because a stream that takes no more tells only one who waits.
    answering = answering.then(() => answer(uploadKey, fate, beganMs))
    await answering
  }
  try {
    for (let asked = await next(); asked !== undefined && draining === undefined; asked = await next()) {
      const { bytes, forget } = asked
      const storing = () => storeOne(asked)
      void underWay.begin(bytes, storing, () => {
        forget()
        onRoom()
      })
      // The next message is not read before there is room for it, and that holds the sender back.
      while (!underWay.mayTakeNext) {
        await new Promise<void>((resolve) => {
          onRoom = resolve
        })
      }
    }
  } finally {
    await underWay.ended()
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

/** A longer file is hashed as it is stored, and compared with its digest then, bytes. */
export const SHORT_BYTES = 64 * 1024

/** The bytes of a file that arrived as they were sent, as one chunk. Throws ReceiveError BAD_LENGTH, FINAL_CHECKSUM. */
export async function mustBeUndamaged(
  { sizeBytes, data, crc32, digest }: SmallFile,
  sender: string,
): Promise<CheckedChunk> {
  if (data.length > PUT_FILE_MAX_BYTES) {
    throw new ReceiveError('BAD_LENGTH', `The file has ${data.length} bytes; PutFiles takes ${PUT_FILE_MAX_BYTES}.`)
  }
  if (data.length !== sizeBytes) {
    throw new ReceiveError('BAD_LENGTH', `The file came with ${data.length} bytes and a size of ${sizeBytes}.`)
  }
  const checked = checkChunk({ offset: toOffset('0'), data, crc32, sender })
  const isHashedLater = data.length > SHORT_BYTES
  if (checked === undefined || !(isHashedLater || isSameDigest(await digestOf(digest.kind, data), digest))) {
    throw new ReceiveError('FINAL_CHECKSUM', 'The file arrived damaged.')
  }
  return checked
}

import { status } from '@grpc/grpc-js'
import type { FileIdentifierInput } from '../../../proto/generated/filetransfer/FileIdentifier.ts'
import type { FileIntegrityStatus } from '../../../proto/generated/filetransfer/FileIntegrityStatus.ts'
import type { UploadedChunks } from '../../../proto/generated/filetransfer/UploadedChunks.ts'
import { fromServiceError, isServiceError, UploadError } from '../base/errors.ts'
import { openThreeRpcCall, silent, type ThreeRpcCall } from '../net/three-rpc-call.ts'
import { md5Hex } from '../source/digest.ts'
import { ownPath } from '../source/sent-together.ts'
import type { Attempt, Finished } from './attempt.ts'
import { type OutgoingChunk, outgoingChunks } from './outgoing-chunks.ts'
import { type ByteSpan, type Cut, plannedChunks, storedBytes } from './plan.ts'
import { type Patience, usualPatience } from './three-rpc-patience.ts'

/** Well below the 4 MiB that gRPC servers accept in a message unless told otherwise. */
const THREE_RPC_CHUNK_BYTES = 1024 * 1024

/** It names what it has by the offsets of whole chunks, so they are all of one length. */
const threeRpcCut: Cut = { gridBytes: THREE_RPC_CHUNK_BYTES, chunkBytes: () => THREE_RPC_CHUNK_BYTES }

/**
 * A receiver that does not answer is asked whether it has the file so often before all is begun again: it may be busy
 * with it.
 */
const CHECKS = 2

/**
 * Sends one file to a receiver that knows only Upload, QueryUploadedChunks and CheckFileIntegrity. It acknowledges no
 * chunk, so progress counts what the connection took; whether the file arrived whole is decided by its MD5 at the end.
 */
export async function sendToThreeRpcReceiver(attempt: Attempt, patience: Patience = usualPatience): Promise<Finished> {
  const { record, source, digest, connection, listener, signal } = attempt
  const { sizeBytes } = record.identity
  // Name and size of a file do not tell it from another, so its random key does.
  const file = { fileId: record.uploadKey, fileName: ownPath(record.path, record.batch).join('/') }
  const stored = await storedSpans(attempt, file, patience)
  const missingBytes = sizeBytes - storedBytesOf(sizeBytes, stored)
  listener.onBegun(sizeBytes - missingBytes, '')

  const chunks = outgoingChunks(attempt, threeRpcCut, stored)
  let sentBytes = sizeBytes - missingBytes
  const isComplete = missingBytes === 0 && sizeBytes > 0
  const call = isComplete ? undefined : openThreeRpcCall(connection, file.fileId, () => sentBytes, signal)
  try {
    if (call) {
      const last = lastMissing(sizeBytes, stored)
      await sendChunks(attempt, call, chunks, { fileId: file.fileId, last, takeMs: patience.takeMs }, (bytes) => {
        sentBytes += bytes
      })
    }
    if (call?.answer?.kind === 'failure' && sentBytes < sizeBytes) throw call.answer.error
    // What is left is stored there, or will not be taken any more; it only counts for the digest.
    for await (const chunk of chunks) chunk.done()
    await source.assertUnchanged()
    listener.onVerifying(0)
    const md5 = await digest.hex()
    const check = (until: AbortSignal) => integrityOf(attempt, { ...file, clientMd5: md5 }, patience, until)
    const isAllSent = sentBytes === sizeBytes
    const cameBy = async (): Promise<Progress> => {
      const storedNow = storedBytesOf(sizeBytes, await storedSpans(attempt, file, patience))
      return { isFurther: storedNow > sizeBytes - missingBytes, isWhole: storedNow === sizeBytes }
    }
    const isKnown =
      call !== undefined &&
      (await hasArrived(call, md5, check, patience, signal).catch(async (error: unknown) => {
        const isBelieved = missingBytes < sizeBytes
        throw isBelieved && isAllSent && isNoSuccess(error) && !(await cameBy()).isFurther ? toldWrong(error) : error
      }))
    if (!isKnown) await mustBeSame(md5, await check(signal), isAllSent, cameBy)
    // Three-rpc receivers store a file under its id, and tell of no other name.
    return { storedAs: file.fileId, digest: { kind: 'md5', hex: md5 } }
  } finally {
    call?.close()
  }
}

function storedBytesOf(sizeBytes: number, stored: readonly ByteSpan[]): number {
  return storedBytes(sizeBytes, THREE_RPC_CHUNK_BYTES, stored)
}

/**
 * A three-rpc receiver names the offsets of whole chunks as they were sent; one of ours adds the ranges. One that
 * cannot tell, or knows no such file, is sent everything.
 */
async function storedSpans(
  { record, connection, signal }: Attempt,
  file: FileIdentifierInput,
  { queryMs }: Patience,
): Promise<ByteSpan[]> {
  const { sizeBytes } = record.identity
  try {
    return spansOf(await connection.queryChunks(file, signal, queryMs), sizeBytes)
  } catch (error) {
    const code = codeOf(error)
    if (code === status.UNIMPLEMENTED || code === status.NOT_FOUND) return []
    throw inWords(error, `did not answer QueryUploadedChunks within ${queryMs / 1000} s`, 0)
  }
}

/** What cannot be of this file, as it is cut here, says nothing. */
function spansOf({ offsets, ranges }: UploadedChunks, sizeBytes: number): ByteSpan[] {
  if (ranges.length > 0) {
    const spans = ranges.map(({ start, end }) => ({ start: Number(start), end: Number(end) }))
    const isOne = ({ start, end }: ByteSpan, before = 0): boolean => before <= start && start < end && end <= sizeBytes
    return spans.filter((span, index) => isOne(span, spans[index - 1]?.end))
  }
  const starts = new Set(offsets.map(Number))
  return [...starts]
    .filter((start) => start % THREE_RPC_CHUNK_BYTES === 0 && start >= 0 && start < sizeBytes)
    .sort((a, b) => a - b)
    .map((start) => ({ start, end: Math.min(start + THREE_RPC_CHUNK_BYTES, sizeBytes) }))
}

/**
 * Where the last chunk begins that is really sent: some receivers answer only when they see it marked, and the one that
 * ends the file may be stored.
 */
function lastMissing(sizeBytes: number, stored: readonly ByteSpan[]): number {
  let last = 0
  for (const { start, stored: isStored } of plannedChunks(sizeBytes, threeRpcCut, stored)) if (!isStored) last = start
  return last
}

/**
 * Sends what is missing, until it is sent or the receiver has answered. Fails with that answer when it is none that one
 * can go on with.
 */
async function sendChunks(
  { record, throttle, stages, listener, signal }: Attempt,
  call: ThreeRpcCall,
  chunks: AsyncIterator<OutgoingChunk>,
  { fileId, last, takeMs }: { readonly fileId: string; readonly last: number; readonly takeMs: Patience['takeMs'] },
  onSent: (bytes: number) => void,
): Promise<void> {
  const totalSize = record.identity.sizeBytes
  if (totalSize === 0)
    await call.write({ fileId, offset: 0, totalSize, data: Buffer.alloc(0), isLast: true }, takeMs(0))
  while (call.answer === undefined) {
    const { value: chunk, done } = await chunks.next()
    if (done) break
    const { offset, data } = chunk
    try {
      await stages.time('limit', () => throttle.take(data.length, record, signal))
      const message = { fileId, offset, totalSize, data, chunkMd5: md5Hex(data), isLast: offset === last }
      const became = await stages.time('acknowledgement', () => call.write(message, takeMs(data.length)))
      if (became === 'taken') chunk.done()
      onSent(data.length)
      listener.onSent(data.length)
      listener.onStored(data.length)
    } finally {
      chunk.drop()
    }
  }
  signal.throwIfAborted()
  call.end()
}

/**
 * Waits for the answer to everything that was sent, and asks by itself when none comes. True when the receiver was
 * found to have the file; false when it says so, which is to be checked.
 */
async function hasArrived(
  call: ThreeRpcCall,
  md5: string,
  check: (until: AbortSignal) => Promise<FileIntegrityStatus>,
  { answerMs }: Patience,
  signal: AbortSignal,
): Promise<boolean> {
  const found = async (until: AbortSignal): Promise<boolean> => {
    try {
      return isSame(md5, await check(until))
    } catch (error) {
      if (error instanceof UploadError || until.aborted) return false
      throw error
    }
  }
  for (let checks = 0; ; checks++) {
    await call.answeredWithin(answerMs)
    signal.throwIfAborted()
    if (call.answer?.kind === 'success') return false
    if (call.answer?.kind === 'failure') {
      const { error } = call.answer
      // One that fails at its end, for example because it answers twice, or says that it was no success, may have
      // stored it all the same.
      if ((error.remedy !== 'retry' || isNoSuccess(error)) && (await found(signal))) return true
      throw error
    }
    if (checks === CHECKS)
      throw silent(`has not answered for ${((CHECKS + 1) * answerMs) / 1000} s since it was sent everything`)
    if (await found(AbortSignal.any([signal, call.answered]))) return true
  }
}

async function integrityOf(
  { record, connection }: Attempt,
  file: FileIdentifierInput,
  { checkMs }: Patience,
  signal: AbortSignal,
): Promise<FileIntegrityStatus> {
  const { sizeBytes } = record.identity
  const withinMs = Math.round(checkMs(sizeBytes))
  try {
    return await connection.checkIntegrity(file, signal, withinMs)
  } catch (error) {
    throw inWords(error, `did not answer CheckFileIntegrity within ${withinMs / 1000} s`, sizeBytes)
  }
}

const isSame = (md5: string, { serverMd5 }: FileIntegrityStatus): boolean => serverMd5.toLowerCase() === md5

function isNoSuccess(error: unknown): error is UploadError {
  return error instanceof UploadError && error.reason === 'INCOMPLETE'
}

/** What it was said to hold was not sent; under another id it cannot hold anything. */
function toldWrong({ message }: UploadError): UploadError {
  const why = 'although it was sent all that it did not say to hold'
  return new UploadError('FINAL_CHECKSUM', `${message} (${why}).`)
}

/**
 * How far the receiver says that it is after an attempt: whether it has more of the file than before, and whether it
 * has all of it.
 */
type Progress = { readonly isFurther: boolean; readonly isWhole: boolean }

/** One that takes nothing more is not asked for ever; else what it misses is sent. */
async function mustBeSame(
  md5: string,
  answer: FileIntegrityStatus,
  isAllSent: boolean,
  cameBy: () => Promise<Progress>,
): Promise<void> {
  if (isSame(md5, answer)) return
  const { serverMd5, message } = answer
  const said = serverMd5 === '' ? `it computed no MD5 (${message})` : `its MD5 is ${serverMd5}`
  const what = isAllSent
    ? `The receiver did not store the same bytes: ${said}.`
    : `The receiver answered before everything was sent, and ${said}.`
  const { isFurther, isWhole } = await cameBy()
  if (isFurther && !isWhole) throw new UploadError('INCOMPLETE', what)
  throw new UploadError('FINAL_CHECKSUM', what)
}

/** An error of a question, in words that say what was asked, or how much had been sent when it failed. */
function inWords(error: unknown, silence: string, sentBytes: number): unknown {
  const { cause } = error as { readonly cause?: unknown }
  if (!(error instanceof UploadError) || !isServiceError(cause)) return error
  return cause.code === status.DEADLINE_EXCEEDED && error.reason === 'UNREACHABLE'
    ? silent(silence, cause)
    : fromServiceError(cause, sentBytes)
}

function codeOf(error: unknown): number | undefined {
  const { cause } = error as { readonly cause?: unknown }
  return isServiceError(cause) ? cause.code : undefined
}

import { keptDigest, readKeptDigest } from '../../proto/digest/digest-forms.ts'
import type { UploadSnapshot } from '../contract/contract.ts'
import type { Receipt } from '../contract/history.ts'

/** The receipt for an upload that is done; undefined for any other. */
export function receiptFor(upload: UploadSnapshot, receiverName: string): Receipt | undefined {
  const { name, path, sizeBytes, status, receiver } = upload
  if (status.kind !== 'done') return undefined
  const { storedAs, digest, finishedAtMs } = status
  return {
    ...{ finishedAtMs, name, path, storedAs, sizeBytes },
    ...(digest !== undefined && { digest }),
    ...{ receiver: receiverName, receiverId: receiver },
  }
}

/** Reads one line of the history; undefined when it is damaged. What a later version adds is passed over. */
export function readReceipt(line: string): Receipt | undefined {
  const value = parsed(line)
  if (typeof value !== 'object' || value === null) return undefined
  const {
    finishedAtMs,
    name,
    path,
    storedAs,
    sizeBytes,
    md5,
    digest: word,
    receiver,
    receiverId,
  }: Partial<Record<keyof Receipt | 'md5', unknown>> = value
  if (!isWhole(finishedAtMs) || !isWhole(sizeBytes)) return undefined
  if (!isText(name) || !isText(path) || !isText(storedAs) || !isText(receiver) || !isText(receiverId)) return undefined
  const rest = { receiver, receiverId }
  const receipt = { finishedAtMs, name, path, storedAs, sizeBytes, ...rest }
  if (md5 === undefined && word === undefined) return receipt
  const digest = readKeptDigest({ md5, digest: word })
  return digest && { ...receipt, digest }
}

/** A receipt as the history keeps it, for {@link readReceipt}: an MD5 as ever, any other digest as one word. */
export function keptReceipt({ digest, ...receipt }: Receipt): object {
  return { ...receipt, ...(digest && keptDigest(digest)) }
}

/** Whether a receipt holds what a person searched for, small letters or large, however its accents are written. */
export function holds(receipt: Receipt, search: string): boolean {
  const wanted = plain(search.trim())
  if (wanted === '') return true
  const { name, path, storedAs, receiver, digest } = receipt
  return [name, path, storedAs, receiver, digest?.hex ?? ''].some((text) => plain(text).includes(wanted))
}

function plain(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    // Torn by a crash, or edited.
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

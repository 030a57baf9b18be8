import type { RangeSet } from '../range-set.ts'
import type { ChunkRecord, UploadRecord } from './ledger.ts'

/** An upload as it is kept. */
export function uploadText(record: UploadRecord): string {
  return JSON.stringify(record)
}

/** Reads what {@link uploadText} wrote; undefined when it is not that. */
export function toUpload(fileId: string, text: string): UploadRecord | undefined {
  const value = parsed(text)
  if (!isObject(value) || value.fileId !== fileId || !isObject(value.origin) || !isObject(value.state)) return undefined
  const isWhole =
    areNames(value.path) &&
    areNames(value.askedPath) &&
    isCount(value.sizeBytes) &&
    isCount(value.generation) &&
    typeof value.onConflict === 'string' &&
    isOrigin(value.origin) &&
    (value.owner === undefined || typeof value.owner === 'string') &&
    (value.batch === undefined || isBatchItem(value.batch)) &&
    isState(value.state)
  return isWhole ? (value as UploadRecord) : undefined
}

/** What is kept of a chunk besides its start. */
export function chunkText({ end, crc32 }: ChunkRecord): string {
  return `${end} ${crc32}`
}

/** Reads what {@link chunkText} wrote; undefined when it is not that. */
export function toChunk(start: number, text: string): ChunkRecord | undefined {
  if (!Number.isSafeInteger(start) || !/^\d{1,16} \d{1,10}$/.test(text)) return undefined
  const [end = 0, crc32 = 0] = text.split(' ').map(Number)
  return end >= start && Number.isSafeInteger(end) ? { start, end, crc32 } : undefined
}

/** A checkpoint as it is kept. */
export function checkpointText(durable: RangeSet): string {
  return durable.map(({ start, end }) => `${start}-${end}`).join(' ')
}

/** Reads what {@link checkpointText} wrote; undefined when it is not that. */
export function toCheckpoint(text: string): RangeSet | undefined {
  if (text === '') return []
  const durable = text.split(' ').map((range) => {
    const [start = Number.NaN, end = Number.NaN] = /^\d{1,16}-\d{1,16}$/.test(range) ? range.split('-').map(Number) : []
    return { start, end }
  })
  let before = -1
  for (const { start, end } of durable) {
    if (!(before < start && start < end && Number.isSafeInteger(end))) return undefined
    before = end
  }
  return durable
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

type Unchecked = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOrigin(origin: Unchecked): boolean {
  return (
    (origin.kind === 'begun' && typeof origin.uploadKey === 'string') ||
    (origin.kind === 'plain' && typeof origin.plainId === 'string')
  )
}

function isBatchItem(batch: unknown): boolean {
  return isObject(batch) && typeof batch.batchId === 'string' && typeof batch.sourceId === 'string'
}

function isState(state: Unchecked): boolean {
  if (state.kind === 'receiving') return true
  const isNamed = areNames(state.storedAs) && typeof state.md5 === 'string'
  return (
    isNamed && (state.kind === 'finished' || (state.kind === 'publishing' && typeof state.fileIdentity === 'string'))
  )
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

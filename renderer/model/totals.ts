import { bytesStored, type UploadSnapshot, type UploadStatus } from '../../main/contract/contract.ts'
import { shareOf } from './share.ts'

type Kind = UploadStatus['kind']

/** Sums over uploads that are kept up to date by changes: each change takes the old upload off and adds the new one. */
export type Totals = {
  readonly count: number
  /** How many uploads are in each state; states nobody is in are 0. */
  readonly countOf: Readonly<Record<Kind, number>>
  readonly bytesTotal: number
  readonly bytesStored: number
  /** Bytes still to be sent of uploads that go on by themselves. */
  readonly bytesAhead: number
  /** Of all uploads being sent; 0 while none has a known rate. */
  readonly bytesPerSecond: number
}

/** An upload before and after; what is absent was not there, or is not any more. */
export type Change = { readonly before: UploadSnapshot | undefined; readonly after: UploadSnapshot | undefined }

/** The totals of no upload at all. */
export const NO_TOTALS: Totals = {
  count: 0,
  countOf: { waiting: 0, sending: 0, verifying: 0, paused: 0, interrupted: 0, failed: 0, done: 0 },
  bytesTotal: 0,
  bytesStored: 0,
  bytesAhead: 0,
  bytesPerSecond: 0,
}

/** The totals after some changes. Looks at nothing but these. */
export function withChanges(totals: Totals, changes: Iterable<Change>): Totals {
  const sum = { ...totals, countOf: { ...totals.countOf } }
  for (const { before, after } of changes) {
    if (before !== undefined) add(before, -1)
    if (after !== undefined) add(after, 1)
  }
  return sum

  function add(upload: UploadSnapshot, times: 1 | -1): void {
    const { status, sizeBytes } = upload
    const held = bytesStored(upload)
    sum.count += times
    sum.countOf[status.kind] += times
    sum.bytesTotal += times * sizeBytes
    sum.bytesStored += times * held
    if (goesOn(status.kind)) sum.bytesAhead += times * (sizeBytes - held)
    // Whole numbers, so that adding and subtracting the same upload leaves no rest.
    if (status.kind === 'sending') sum.bytesPerSecond += times * Math.round(status.bytesPerSecond ?? 0)
  }
}

function goesOn(kind: Kind): boolean {
  return kind === 'waiting' || kind === 'sending' || kind === 'interrupted'
}

/** Whether any upload is in a state that allows something. */
export function allowsAny({ countOf }: Totals, allows: (status: { readonly kind: Kind }) => boolean): boolean {
  return (Object.keys(countOf) as Kind[]).some((kind) => countOf[kind] > 0 && allows({ kind }))
}

/** Totals as people are told them. */
export type Summary = Omit<Totals, 'bytesAhead' | 'bytesPerSecond'> & {
  /** 0 to 1; 1 only when every upload is done. */
  readonly share: number
  /** Absent while no upload that is sent has a known rate. */
  readonly bytesPerSecond?: number
  /** For what goes on by itself, at the present rate; absent while that cannot be told. */
  readonly secondsLeft?: number
}

/** What the totals come to. */
export function summaryOf({ bytesAhead, bytesPerSecond, ...totals }: Totals): Summary {
  const { count, countOf } = totals
  const share = shareOf(totals.bytesStored, totals.bytesTotal, count > 0 && countOf.done === count)
  const speed = bytesPerSecond > 0 ? { bytesPerSecond, secondsLeft: bytesAhead / bytesPerSecond } : {}
  return { ...totals, share, ...speed }
}

/** The totals of these uploads. */
export function totalsOf(uploads: readonly UploadSnapshot[]): Totals {
  return withChanges(
    NO_TOTALS,
    uploads.map((after) => ({ before: undefined, after })),
  )
}

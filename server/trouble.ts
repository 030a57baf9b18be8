import { LineShares } from './line-shares.ts'

/** Of one kind of error; a device may cause it again and again. */
const RATE = { atOnce: 20, perSecond: 1 }

/**
 * Tells of errors, but no more of each kind than anybody reads: of others their number. Kinds are told apart by where
 * they come from, whatever they say.
 */
export function fewOfEach(tell: (error: unknown) => void): (error: unknown) => void {
  const shares = new LineShares((kind, lines, seconds) =>
    tell(`${lines} more errors like one before in the last ${seconds} s: ${kind}`),
  )
  return (error) => {
    if (shares.take(kindOf(error), RATE)) tell(error)
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const [from = ''] = /^ +at .*$/m.exec(error.stack ?? '') ?? []
  const { code = '' } = error as NodeJS.ErrnoException
  return `${error.name} ${code} ${from.trim()}`.slice(0, 200)
}

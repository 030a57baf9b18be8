import type { CheckedPath } from '../../../proto/generated/filetransfer/CheckedPath.ts'
import type { Connection } from './connection.ts'

/** A file or an empty folder that may be sent. */
export type NameToCheck = { readonly path: readonly string[]; readonly sizeBytes: number }

/**
 * What would become of a name on a receiver. `storedAs`: where the file would go while the name is free. It differs
 * from the name when not every system can store that.
 */
export type CheckedName =
  | { readonly kind: 'free' | 'taken' | 'same-size'; readonly storedAs: string }
  | { readonly kind: 'refused' }

export type CheckedNames = {
  /** In the order they were asked about; fewer when the receiver took too long for all. */
  readonly names: readonly CheckedName[]
  /** Whether this computer may replace files that are there. */
  readonly mayOverwrite: boolean
}

/** What a receiver takes in one question. */
const NAMES_AT_ONCE = 1000

/**
 * A person who adds files waits this long for the first answer, ms. A receiver that does not answer must not hold up
 * uploads, which wait for it anyway.
 */
const FIRST_WITHIN_MS = 1500

/** And this long for all answers, ms: a receiver takes seconds for a hundred thousand names. */
const ALL_WITHIN_MS = 8000

/**
 * Asks a receiver about names, as many as it tells in time. Throws UploadError when it tells none, because it cannot be
 * reached or does not know the question.
 */
export async function checkNames(
  connection: Pick<Connection, 'checkPaths'>,
  asked: readonly NameToCheck[],
  signal: AbortSignal,
): Promise<CheckedNames> {
  const names: CheckedName[] = []
  let mayOverwrite = false
  const untilMs = performance.now() + ALL_WITHIN_MS
  for (let at = 0; at < asked.length; at += NAMES_AT_ONCE) {
    const withinMs = at === 0 ? FIRST_WITHIN_MS : untilMs - performance.now()
    if (withinMs <= 0) break
    const some = asked.slice(at, at + NAMES_AT_ONCE)
    try {
      const paths = some.map(({ path, sizeBytes }) => ({ path: [...path], size: sizeBytes }))
      const reply = await connection.checkPaths({ paths }, signal, withinMs)
      mayOverwrite = reply.mayOverwrite
      names.push(...reply.paths.map(toName))
    } catch (error) {
      if (at === 0) throw error
      break
    }
  }
  return { names, mayOverwrite }
}

const kinds = { FREE: 'free', TAKEN: 'taken', TAKEN_SAME_SIZE: 'same-size' } as const

function toName({ state, storedAs }: CheckedPath): CheckedName {
  // `free`, and a state that only later versions know, call for nothing.
  return state === 'REFUSED' ? { kind: 'refused' } : { kind: kinds[state] ?? 'free', storedAs }
}

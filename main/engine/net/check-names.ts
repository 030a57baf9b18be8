import type { CheckedPath } from '../../../proto/generated/filetransfer/CheckedPath.ts'
import type { Connection } from './connection.ts'

/** A file or an empty folder that may be sent. */
export type NameToCheck = { readonly path: readonly string[]; readonly sizeBytes: number }

/** What would become of a name on a receiver. `storedAs` is where it goes while the name is free, and tells spellings that not every system can store. */
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

/** Whoever adds files waits for the first answer this long, ms. A receiver that is away must not hold up what waits for it anyway. */
const FIRST_WITHIN_MS = 1500

/** And for all of them, ms: a hundred thousand names take a receiver seconds. */
const ALL_WITHIN_MS = 8000

/** Asks a receiver about names, as many as it tells in time. Throws UploadError when it tells none, because it cannot be reached or does not know the question. */
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
  // A state of a later version says nothing that could be acted on, and neither does `free`.
  return state === 'REFUSED' ? { kind: 'refused' } : { kind: kinds[state] ?? 'free', storedAs }
}

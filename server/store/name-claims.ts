import { foldedPath } from '../names/safe-path.ts'

/** The right to decide about one name, for as long as it is held. */
export type NameClaim = {
  /** How the name was spelled when a receiver gave it last; undefined when that was too long ago to be known. */
  readonly spelling: string | undefined
  /** Throws ReceiveError MOVED when the claim may have ended: another node may hold the name by now. */
  mustHold(): void
  /** The name was given, in this spelling. */
  gave(spelling: string): Promise<void>
  /** Lets others decide about the name. Never rejects. */
  release(): Promise<void>
}

/**
 * Every final name is claimed here before it is given: before a file is linked, renamed or put under it. The claim is
 * held until the ledger and the log know. All spellings of a path that count as one are one name.
 */
export interface NameClaims {
  /** Waits until nobody else has the name. @throws ReceiveError STATE_UNREACHABLE, MOVED. */
  claim(path: readonly string[]): Promise<NameClaim>
  /** The same without waiting: undefined when somebody has it. */
  claimUnlessHeld(path: readonly string[]): Promise<NameClaim | undefined>
}

/** For a receiver that is alone in its place. */
export function claimsInMemory(): NameClaims {
  /** By name: resolves when whoever came last has released it. */
  const held = new Map<string, Promise<void>>()

  function take(name: string): NameClaim {
    let end = () => {}
    const gone = new Promise<void>((resolve) => {
      end = resolve
    })
    const before = held.get(name)
    const last = before === undefined ? gone : before.then(() => gone)
    held.set(name, last)
    return {
      spelling: undefined,
      mustHold: () => undefined,
      gave: async () => undefined,
      async release() {
        end()
        if (held.get(name) === last) held.delete(name)
      },
    }
  }

  return {
    async claim(path) {
      const name = foldedPath(path)
      const before = held.get(name)
      const claim = take(name)
      await before
      return claim
    },
    async claimUnlessHeld(path) {
      const name = foldedPath(path)
      return held.has(name) ? undefined : take(name)
    },
  }
}

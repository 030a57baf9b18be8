import { createHash, type Hash } from 'node:crypto'
import type { IHasher } from 'hash-wasm'
import { restored, sharedHasher } from '../../../proto/digest/hashers.ts'
import type { DigestKind } from '../../../proto/digests.ts'

/** Digests whose running state can be put away: those of hash-wasm that are fast enough. */
export type SavableKind = Extract<DigestKind, 'md5' | 'xxh128'>

/** Something to do for one file that is hashed from its first byte to its last. */
export type HashTask =
  /** The next bytes, after what `state` came to; without one, the first. Nothing is kept from one step to the next. */
  | { readonly do: 'step'; readonly kind: SavableKind; readonly state?: Uint8Array; readonly data: Uint8Array }
  /** The next bytes of the file `id`, whose running hash of node:crypto stays where it was begun. */
  | { readonly do: 'update'; readonly kind: DigestKind; readonly id: number; readonly data: Uint8Array }
  /** The digest of the file `id` so far. */
  | { readonly do: 'hex'; readonly kind: DigestKind; readonly id: number }
  /** Nobody asks for the file `id` any more. */
  | { readonly do: 'forget'; readonly id: number }

/** What a task came to: the state after a step, or the digest. */
export type HashAnswer = { readonly state?: Uint8Array; readonly hex?: string }

export type HashTasks = {
  /** Loads what steps of this kind need, which takes some milliseconds once; before the first of them. */
  prepare(kind: SavableKind): Promise<void>
  take(task: HashTask): HashAnswer
  /** The digest of what a step came to, lower-case hex. Throws on what is no state of this library. */
  hexOf(kind: SavableKind, state?: Uint8Array): string
}

/** Does tasks on the thread that asks. */
export function createHashTasks(): HashTasks {
  const savable = new Map<SavableKind, IHasher>()
  const running = new Map<number, Hash>()

  function resumed(kind: SavableKind, state: Uint8Array | undefined): IHasher {
    const hasher = savable.get(kind)
    if (hasher === undefined) throw new Error(`${kind} was not prepared.`)
    return restored(hasher, state)
  }

  function runningHash({ kind, id }: { readonly kind: DigestKind; readonly id: number }): Hash {
    const hash = running.get(id) ?? createHash(kind)
    running.set(id, hash)
    return hash
  }

  return {
    async prepare(kind) {
      savable.set(kind, await sharedHasher(kind))
    },
    hexOf: (kind, state) => resumed(kind, state).digest('hex'),
    take(task) {
      switch (task.do) {
        case 'step':
          return { state: resumed(task.kind, task.state).update(task.data).save() }
        case 'update':
          runningHash(task).update(task.data)
          return {}
        case 'hex':
          return { hex: runningHash(task).copy().digest('hex') }
        case 'forget':
          running.delete(task.id)
          return {}
      }
    },
  }
}

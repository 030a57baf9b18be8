import type { IHasher } from 'hash-wasm'
import { restored, sharedHasher } from '../../../proto/digest/hashers.ts'
import type { DigestKind } from '../../../proto/digests.ts'

/** The digest of a file from its first byte on, which another node can go on with. */
export class RunningDigest {
  readonly kind: DigestKind
  readonly #hasher: IHasher
  #state: Uint8Array
  #hashedBytes: number

  private constructor(kind: DigestKind, hasher: IHasher, state: Uint8Array, hashedBytes: number) {
    this.kind = kind
    this.#hasher = hasher
    this.#state = state
    this.#hashedBytes = hashedBytes
  }

  static async begin(kind: DigestKind): Promise<RunningDigest> {
    const hasher = await sharedHasher(kind)
    return new RunningDigest(kind, hasher, restored(hasher, undefined).save(), 0)
  }

  /**
   * @param saved what {@link save} answered. Undefined when it is not that, or of another kind or version of the hash.
   */
  static async from(kind: DigestKind, saved: Buffer, hashedBytes: number): Promise<RunningDigest | undefined> {
    const hasher = await sharedHasher(kind)
    try {
      return new RunningDigest(kind, hasher, restored(hasher, saved).save(), hashedBytes)
    } catch {
      return undefined
    }
  }

  get hashedBytes(): number {
    return this.#hashedBytes
  }

  update(data: Buffer): void {
    this.#state = restored(this.#hasher, this.#state).update(data).save()
    this.#hashedBytes += data.length
  }

  save(): Buffer {
    return Buffer.from(this.#state)
  }

  /** Lower-case hex. Asking does not end it. */
  hex(): string {
    return restored(this.#hasher, this.#state).digest('hex')
  }
}

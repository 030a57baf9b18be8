import { createMD5, createSHA256, createXXHash128, type IHasher } from 'hash-wasm'
import type { DigestKind } from '../../../proto/digests.ts'

const creators = { md5: createMD5, xxh128: createXXHash128, sha256: createSHA256 } satisfies Record<
  DigestKind,
  () => Promise<IHasher>
>

/** The digest of a file from its first byte on, which another node can go on with. */
export class RunningDigest {
  readonly kind: DigestKind
  readonly #hasher: IHasher
  #hashedBytes: number

  private constructor(kind: DigestKind, hasher: IHasher, hashedBytes: number) {
    this.kind = kind
    this.#hasher = hasher
    this.#hashedBytes = hashedBytes
  }

  static async begin(kind: DigestKind): Promise<RunningDigest> {
    const hasher = await creators[kind]()
    return new RunningDigest(kind, hasher.init(), 0)
  }

  /**
   * @param saved what {@link save} answered. Undefined when it is not that, or of another kind or version of the hash.
   */
  static async from(kind: DigestKind, saved: Buffer, hashedBytes: number): Promise<RunningDigest | undefined> {
    const hasher = await creators[kind]()
    try {
      return new RunningDigest(kind, hasher.load(saved), hashedBytes)
    } catch {
      return undefined
    }
  }

  get hashedBytes(): number {
    return this.#hashedBytes
  }

  update(data: Buffer): void {
    this.#hasher.update(data)
    this.#hashedBytes += data.length
  }

  save(): Buffer {
    return Buffer.from(this.#hasher.save())
  }

  /** Lower-case hex. Asking does not end it. */
  async hex(): Promise<string> {
    const copy = await creators[this.kind]()
    return copy.load(this.#hasher.save()).digest('hex')
  }
}

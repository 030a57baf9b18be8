import { createMD5, type IHasher } from 'hash-wasm'

/** The MD5 of a file from its first byte on, which another node can go on with. */
export class RunningDigest {
  readonly #hasher: IHasher
  #hashedBytes: number

  private constructor(hasher: IHasher, hashedBytes: number) {
    this.#hasher = hasher
    this.#hashedBytes = hashedBytes
  }

  static async begin(): Promise<RunningDigest> {
    const hasher = await createMD5()
    return new RunningDigest(hasher.init(), 0)
  }

  /** @param saved what {@link save} answered. Undefined when it is not that, or of another version of the hash. */
  static async from(saved: Buffer, hashedBytes: number): Promise<RunningDigest | undefined> {
    const hasher = await createMD5()
    try {
      return new RunningDigest(hasher.load(saved), hashedBytes)
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
    const copy = await createMD5()
    return copy.load(this.#hasher.save()).digest('hex')
  }
}

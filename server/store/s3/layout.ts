import { ReceiveError } from '../../base/errors.ts'
import type { Range } from '../../bytes/range-set.ts'
import { mustNotBeReserved, STATE_FOLDER } from '../../names/safe-path.ts'

/** No object store takes a longer key. */
const MAX_KEY_BYTES = 1024

/** Under which keys a receiver keeps what it has in a bucket. */
export class Layout {
  readonly #prefix: string

  /** @param prefix without slashes at its ends; empty for the top of the bucket. */
  constructor(prefix: string) {
    this.#prefix = prefix === '' ? '' : `${prefix}/`
  }

  /** What all keys begin with. */
  get top(): string {
    return this.#prefix
  }

  /** Everything of the receiver's own. */
  get state(): string {
    return `${this.#prefix}${STATE_FOLDER}/`
  }

  get parts(): string {
    return `${this.state}parts/`
  }

  /** Everything of one unfinished upload. */
  folderOf(fileId: string): string {
    return `${this.parts}${fileId}/`
  }

  /** The whole upload as one object. Before that, the key of its multipart upload. */
  wholeOf(fileId: string): string {
    return `${this.folderOf(fileId)}whole`
  }

  digestOf(fileId: string): string {
    return `${this.folderOf(fileId)}digest`
  }

  /** Bytes that wait for others to fill a piece with. */
  fragmentOf(fileId: string, { start, end }: Range): string {
    return `${this.folderOf(fileId)}fragments/${start}-${end}`
  }

  /** The bytes that the fragment with this key has; undefined for any other key. */
  fragmentAt(fileId: string, key: string): Range | undefined {
    const [, start, end] = /^fragments\/(\d+)-(\d+)$/.exec(key.slice(this.folderOf(fileId).length)) ?? []
    return start === undefined || end === undefined ? undefined : { start: Number(start), end: Number(end) }
  }

  /** The upload that a key below {@link parts} belongs to. */
  fileIdOf(key: string): string | undefined {
    return key.slice(this.parts.length).split('/')[0] || undefined
  }

  /**
   * Where a published file is.
   *
   * @throws ReceiveError BAD_NAME when the path is too long for a key, or could lead to what is a receiver's own.
   */
  published(path: readonly string[]): string {
    mustNotBeReserved(path)
    const key = this.#prefix + path.join('/')
    if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return key
    throw new ReceiveError('BAD_NAME', `The path is longer than an object store takes: ${MAX_KEY_BYTES} bytes.`)
  }
}

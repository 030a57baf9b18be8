import { messageOf } from './message-of.ts'

/** In words that stay the same from one failure to the next, so that a person is told once: the system's own name the file, and that changes. */
const words = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'your quota on its disk is used up',
  EROFS: 'its disk is read-only',
  EACCES: 'you have no right to write there',
  EPERM: 'you have no right to write there',
  ENOTDIR: 'it is not a folder',
  EEXIST: 'it is not a folder',
  EISDIR: 'there is a folder where a file should be',
  ENOENT: 'it is gone',
  EIO: 'its disk reports an error',
} as const

/** What can be wrong with a file and has words of its own. */
export type KnownTrouble = keyof typeof words

/** What went wrong with a file in `folder`; `message` is for people, without a full stop. */
export class FileTrouble extends Error {
  override readonly name = 'FileTrouble'
  readonly folder: string
  /** Undefined for what the system said in words of its own. */
  readonly code: KnownTrouble | undefined

  constructor(folder: string, { cause }: { readonly cause: unknown }) {
    const code = codeOf(cause)
    super(code === undefined ? `${folder}: ${messageOf(cause)}` : `${folder}: ${words[code]} (${code})`, { cause })
    this.folder = folder
    this.code = code
  }
}

function codeOf(cause: unknown): KnownTrouble | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return isKnown(code) ? code : undefined
}

function isKnown(code: unknown): code is KnownTrouble {
  return typeof code === 'string' && Object.hasOwn(words, code)
}

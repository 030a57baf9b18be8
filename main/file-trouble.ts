/** In words that stay the same from one failure to the next, so that a person is told once: the system's own name the file, and that changes. */
const words: Readonly<Record<string, string>> = {
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
}

/** What went wrong with a file in `folder`, for people, without a full stop. */
export function fileTrouble(cause: unknown, folder: string): string {
  if (!(cause instanceof Error)) return `${folder}: ${String(cause)}`
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  const known = code === undefined ? undefined : words[code]
  return known === undefined ? `${folder}: ${cause.message}` : `${folder}: ${known} (${code})`
}

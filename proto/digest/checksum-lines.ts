import type { Digest, DigestKind } from '../digests.ts'

/** The programs that check lists of digests with `-c`. */
export const checkPrograms = { md5: 'md5sum', xxh128: 'xxhsum', sha256: 'sha256sum' } as const satisfies Record<
  DigestKind,
  string
>

/** The line of one file in a list that `md5sum -c`, `xxhsum -c` or `sha256sum -c` reads. */
export function checksumLine({ kind, hex }: Digest, name: string): string {
  const escaped = kind === 'xxh128' ? escapedForXxhsum(name) : escapedForCoreutils(name)
  return `${escaped === name ? '' : '\\'}${hex}  ${escaped}\n`
}

function escapedForCoreutils(name: string): string {
  return name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

/**
 * Only what would not stay on its line: xxhsum knows escapes from 0.8.2 on, and every version takes a backslash as it
 * is.
 */
function escapedForXxhsum(name: string): string {
  return name.includes('\n') ? name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : name
}

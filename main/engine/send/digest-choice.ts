import { DEFAULT_DIGEST_KIND, digestNames } from '../../../proto/digest/digest-forms.ts'
import type { DigestKind } from '../../../proto/digests.ts'
import type { KnownDigests } from '../net/introduction.ts'

/** A receiver does not know the digest that is wanted, so that files go by MD5 there. */
export type OnlyMd5 = {
  readonly reason: 'MD5_ONLY_RECEIVER'
  /** A sentence in English. */
  readonly message: string
  readonly receiver: string
  readonly wanted: DigestKind
}

/**
 * Chooses what files are verified by at each receiver: what the person wants, else what the receiver wants, where the
 * receiver knows it, and else MD5.
 *
 * @param wantedNow what the person wants; undefined for nothing.
 * @param warn told once of each receiver that does not know it.
 */
export function createDigestChoice(
  wantedNow: () => DigestKind | undefined,
  warn: (warning: OnlyMd5) => void,
): (receiver: string, digests: KnownDigests) => DigestKind {
  const told = new Set<string>()
  return (receiver, { known, wanted: wantedThere }) => {
    const wanted = wantedNow() ?? wantedThere
    if (known.includes(wanted)) return wanted
    if (!told.has(receiver)) {
      told.add(receiver)
      const message = `${receiver} does not know ${digestNames[wanted]}, so that files are verified by MD5 there.`
      warn({ reason: 'MD5_ONLY_RECEIVER', message, receiver, wanted })
    }
    return DEFAULT_DIGEST_KIND
  }
}

import { digestLooks, digestNames, digestText, isSameDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest, DigestKind } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import type { FinishedFile } from './finish.ts'

/** How far a session has come with its upload. */
export type Phase =
  | { readonly kind: 'receiving' }
  | { readonly kind: 'finishing'; readonly expected: Digest | undefined; readonly result: Promise<FinishedFile> }
  | { readonly kind: 'finished'; readonly file: FinishedFile }
  | { readonly kind: 'aborted' }

/**
 * Throws ReceiveError PARAMS_CHANGED when an upload was finished with another digest than its sender expects, or is
 * being finished with another one. Undefined when the sender expects none.
 */
export function mustExpectTheSame(phase: Phase, expected: Digest | undefined): void {
  if (phase.kind === 'finished' && expected !== undefined && !isSameDigest(phase.file.digest, expected))
    throw new ReceiveError('PARAMS_CHANGED', 'This upload was finished with another digest.')
  if (phase.kind === 'finishing' && wordOf(phase.expected) !== wordOf(expected))
    throw new ReceiveError('PARAMS_CHANGED', 'This upload is being finished with another digest.')
}

/** Throws ReceiveError BAD_HASH_FORMAT for a digest of another kind than the upload was begun with. */
export function mustBeOfKind({ kind }: Digest, verifiedBy: DigestKind): void {
  if (kind === verifiedBy) return
  throw new ReceiveError(
    'BAD_HASH_FORMAT',
    `This upload is verified by ${digestNames[verifiedBy]}, as it was begun: expected ${digestLooks(verifiedBy)}.`,
  )
}

function wordOf(digest: Digest | undefined): string {
  return digest === undefined ? '' : digestText(digest)
}

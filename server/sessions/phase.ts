import type { FinishedFile } from './finish.ts'

/** How far a session has come with its upload. */
export type Phase =
  | { readonly kind: 'receiving' }
  | { readonly kind: 'finishing'; readonly md5: string | undefined; readonly result: Promise<FinishedFile> }
  | { readonly kind: 'finished'; readonly file: FinishedFile }
  | { readonly kind: 'aborted' }

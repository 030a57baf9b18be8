/** The part of the contract between the window and the main process that is about why something does not go on. Imports nothing but the names of reasons. */
import type { GivenReason } from '../../proto/reasons.ts'

export type { GivenReason, SpokenReason } from '../../proto/reasons.ts'

/** Why an upload, or a receiver, does not go on. `reason` is stable, `message` is a sentence in English for people. */
export type Stop = { readonly reason: GivenReason; readonly message: string }

/**
 * The part of the contract between the window and the main process that is about why something does not go on. Imports
 * nothing but what the wire knows of that, too.
 */
import type { GivenReason } from '../../proto/reasons.ts'
import type { Shortage } from '../../proto/shortage.ts'

export type { GivenReason, ShortageReason, SpokenReason } from '../../proto/reasons.ts'

/**
 * Why an upload, or a receiver, does not go on. `reason` is stable, `message` is a sentence in English for people,
 * `shortage` how much there is too little of, where the receiver told it.
 */
export type Stop = { readonly reason: GivenReason; readonly message: string; readonly shortage?: Shortage }

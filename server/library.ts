/** What a program that runs a receiver inside itself uses; see docs/embedding.md. */
export type { Authenticate, Credentials } from './access/authenticate.ts'
export { ReceiveError } from './base/errors.ts'
export type { EndedCall } from './calls/ended-call.ts'
export type { ReceiverLimits } from './limits/limits.ts'
export { type Receiver, type StoredEvent, startReceiver } from './receiver.ts'
export type { ReceiverConfig } from './settings/config.ts'

/** What a program that runs a receiver inside itself uses; see docs/embedding.md. */
export type { Authenticate, Credentials } from './authenticate.ts'
export type { EndedCall } from './call-log.ts'
export type { ReceiverConfig } from './config.ts'
export { ReceiveError } from './errors.ts'
export type { ReceiverLimits } from './limits.ts'
export { type Receiver, type StoredEvent, startReceiver } from './receiver.ts'

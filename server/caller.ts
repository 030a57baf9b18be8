import type { Metadata } from '@grpc/grpc-js'
import type { KnownDevice } from './device.ts'
import type { ReceiveError } from './errors.ts'
import { networkOf } from './pace.ts'

/** Who made a call. */
export type Caller =
  /** The receiver asks nobody; `network` is where it comes from, see {@link networkOf}. */
  | { readonly kind: 'anyone'; readonly network?: string }
  /** The call carried no token that is valid; only what introduces and pairs is open to it. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'device'; readonly device: KnownDevice }

/** A call that was let in. */
export type Admitted = {
  readonly caller: Caller
  /** The IP address it came from; empty when the connection is gone already. */
  readonly address: string
  /** For whom a proxy says that it passes the call on. Anybody can say so: good for telling callers apart, and for nothing else. */
  readonly forwardedFor?: string
  /** What it showed to be let in, for another node that is to let it in too. */
  readonly authorization?: string
  /** What it is called in logs, where calls are logged. */
  readonly requestId?: string
  /** Another node passed it on. */
  readonly isForwarded?: boolean
  /** Throws ReceiveError NO_TOKEN or TOKEN_EXPIRED when the caller may no longer go on. */
  mustBeValid(): void
  /** Aborts when nobody waits for the answer any more: the call was cancelled, its time is over, or its caller may not go on. */
  readonly gone?: AbortSignal
  /** Calls back when the caller may not go on, with what {@link mustBeValid} throws. Answers the way to stop listening. */
  onCut(listener: (error: ReceiveError) => void): () => void
}

/** Who a call counts for among others: the device, or the network it came from where nobody asked who it is. */
export function senderOf({ caller, address }: Admitted): string {
  return caller.kind === 'device' ? caller.device.id : networkOf(address)
}

/** By the metadata that a call arrived with: the very object, which no client can make. */
const admittedCalls = new WeakMap<Metadata, Admitted>()

/** Remembers that the call with this metadata was let in. */
export function setAdmitted(metadata: Metadata, admitted: Admitted): void {
  admittedCalls.set(metadata, admitted)
}

/** The same; undefined for one that was not let in, or not yet. */
export function admittedIfAny(metadata: Metadata): Admitted | undefined {
  return admittedCalls.get(metadata)
}

/** The call that metadata belongs to. One that was not let in is a mistake in the receiver, and gets nothing. */
export function admittedOf(metadata: Metadata): Admitted {
  const admitted = admittedCalls.get(metadata)
  if (admitted === undefined) throw new Error('A call reached its handler without being let in.')
  return admitted
}

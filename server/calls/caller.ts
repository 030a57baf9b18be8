import type { Metadata } from '@grpc/grpc-js'
import type { ReceiveError } from '../base/errors.ts'
import { networkOf } from '../base/network-of.ts'
import type { KnownDevice } from '../devices/known-device.ts'

/** Who made a call. */
export type Caller =
  /** The receiver asks nobody. */
  | { readonly kind: 'anyone' }
  /** The call carried no token that is valid; only what introduces and pairs is open to it. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'device'; readonly device: KnownDevice }

/** A call that another node of the receiver has let in and passed on: who makes it, and what for; see `uploadIn`. */
export type PassedOn = { readonly caller: Caller; readonly upload: string }

/** A call that was let in. */
export type Admitted = {
  readonly caller: Caller
  /** The IP address it came from; empty when the connection is gone already. */
  readonly address: string
  /**
   * For whom a proxy passes the call on, as it says. Anybody can say so: it tells callers apart, and must not be used
   * for anything else.
   */
  readonly forwardedFor?: string
  /** What it is called in logs, where calls are logged. */
  readonly requestId?: string
  /** What another node says of it that passed it on. */
  readonly passedOn?: Pick<PassedOn, 'upload'>
  /**
   * The device as it is now, for one that called: its rights may have changed since. Throws what {@link mustBeValid}
   * throws.
   */
  deviceNow(device: KnownDevice): KnownDevice
  /** Throws ReceiveError NO_TOKEN or TOKEN_EXPIRED when the caller may no longer go on. */
  mustBeValid(): void
  /**
   * Aborts when nobody waits for the answer any more: the call was cancelled, its time is over, or its caller may not
   * go on.
   */
  readonly gone?: AbortSignal
  /**
   * Calls back when the caller may not go on, with what {@link mustBeValid} throws. Answers the way to stop listening.
   */
  onCut(listener: (error: ReceiveError) => void): () => void
}

/** Who a call counts for among others: the device, or the network where nobody asked who it is. */
export function senderOf({ caller, address }: Pick<Admitted, 'caller' | 'address'>): string {
  return caller.kind === 'device' ? caller.device.id : networkOf(address)
}

/** By the metadata that a call arrived with: the very object, which no client can make. */
const admittedCalls = new WeakMap<Metadata, Admitted>()

/** Whoever counts what a call holds. */
export type CallWatcher = {
  /** The call is let in. Throws ReceiveError when its caller has too many of them. */
  admit(admitted: Admitted): void
  /** The handler is done with a message that it took. */
  finishMessage(): void
}

const watchers = new WeakMap<Metadata, CallWatcher>()

/** Has the call with this metadata watched. */
export function watchCall(metadata: Metadata, watcher: CallWatcher): void {
  watchers.set(metadata, watcher)
}

/** Tells whoever watches the call with this metadata that its handler is done with a message. */
export function finishMessage(metadata: Metadata): void {
  watchers.get(metadata)?.finishMessage()
}

/** Remembers that the call with this metadata was let in. Throws what {@link CallWatcher.admit} throws. */
export function setAdmitted(metadata: Metadata, admitted: Admitted): void {
  watchers.get(metadata)?.admit(admitted)
  admittedCalls.set(metadata, admitted)
}

/** The same; undefined for one that was not let in, or not yet. */
export function admittedIfAny(metadata: Metadata): Admitted | undefined {
  return admittedCalls.get(metadata)
}

/**
 * The call that metadata belongs to. A call that was not let in never gets here, unless the receiver has a mistake;
 * then it is refused.
 */
export function admittedOf(metadata: Metadata): Admitted {
  const admitted = admittedCalls.get(metadata)
  if (admitted === undefined) throw new Error('A call reached its handler without being let in.')
  return admitted
}

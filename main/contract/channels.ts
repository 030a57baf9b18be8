import type { Events } from './contract.ts'

/** How one command ended. A refusal travels as a value: Electron would wrap the message of a thrown error. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly message: string }

/** Carries the paths of dropped files from the preload; the page itself cannot reach it. */
export const ADD_DROPPED_CHANNEL = 'addDropped'

/** The only events that cross to the page; the compiler keeps the list complete. */
export const eventNames = Object.keys({
  uploads: true,
  receiver: true,
  receivers: true,
  localReceiver: true,
  foundReceivers: true,
  notices: true,
  preferences: true,
  ending: true,
  question: true,
  looking: true,
  sheet: true,
  openedLink: true,
} satisfies Record<keyof Events, true>) as readonly (keyof Events)[]

/** The channel an event travels on; commands travel under their own names. */
export function eventChannel(event: keyof Events): string {
  return `on:${event}`
}

import en from '../locales/en.json'
import type { Text } from './text.ts'

type KnownReason = keyof typeof en.reason

/** Why an upload stopped, as its status tells: a stable name, and a sentence in English. */
export type Stop = { readonly reason: string; readonly message: string }

/** What happened and what to do about it, in the person's language; the English sentence when the reason is not known here. */
export function reasonSentence({ reason, message }: Stop, t: Text['t']): string {
  return isKnown(reason) ? t(`reason.${reason}`) : message
}

function isKnown(reason: string): reason is KnownReason {
  return Object.hasOwn(en.reason, reason)
}

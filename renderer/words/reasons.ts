import { languages } from '../../main/contract/locales/language.ts'
import type { GivenReason, ShortageReason, SpokenReason, Stop } from '../../main/contract/stops.ts'
import type { Text } from './text.ts'

/** A sentence for every reason that comes to people, in every language. */
const sentences = { en: languages.en.reason, 'zh-CN': languages['zh-CN'].reason } satisfies Record<
  keyof typeof languages,
  Readonly<Record<SpokenReason, string>>
>

/** The same with how much is needed and left, for the reasons that a receiver tells that with. */
const figures = { en: languages.en.shortage, 'zh-CN': languages['zh-CN'].shortage } satisfies Record<
  keyof typeof languages,
  Readonly<Record<ShortageReason, string>>
>

/** Why something does not go on; some commands of the main process tell no more than a sentence. */
export type Told = Pick<Stop, 'message'> & Partial<Stop>

/**
 * What happened and what to do about it, in the person's language; the English sentence when the reason is not known
 * here.
 */
export function reasonSentence({ reason, message, shortage }: Told, { t, bytes }: Pick<Text, 't' | 'bytes'>): string {
  if (shortage !== undefined && hasFigures(reason)) {
    const { neededBytes, leftBytes } = shortage
    return t(`shortage.${reason}`, { needed: bytes(neededBytes), left: bytes(leftBytes) })
  }
  return isSpoken(reason) ? t(`reason.${reason}`) : message
}

function hasFigures(reason: GivenReason | undefined): reason is ShortageReason {
  return reason !== undefined && Object.hasOwn(figures.en, reason)
}

function isSpoken(reason: GivenReason | undefined): reason is SpokenReason {
  return reason !== undefined && Object.hasOwn(sentences.en, reason)
}

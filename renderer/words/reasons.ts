import type { GivenReason, SpokenReason, Stop } from '../../main/contract/stops.ts'
import { languages } from './language.ts'
import type { Text } from './text.ts'

/** A sentence for every reason that comes to people, in every language. */
const sentences = { en: languages.en.reason, 'zh-CN': languages['zh-CN'].reason } satisfies Record<
  keyof typeof languages,
  Readonly<Record<SpokenReason, string>>
>

/** Why something does not go on; some commands of the main process tell no more than a sentence. */
export type Told = Pick<Stop, 'message'> & Partial<Stop>

/** What happened and what to do about it, in the person's language; the English sentence when the reason is not known here. */
export function reasonSentence({ reason, message }: Told, t: Text['t']): string {
  return isSpoken(reason) ? t(`reason.${reason}`) : message
}

function isSpoken(reason: GivenReason | undefined): reason is SpokenReason {
  return reason !== undefined && Object.hasOwn(sentences.en, reason)
}

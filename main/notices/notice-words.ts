import { digestNames } from '../../proto/digest/digest-forms.ts'
import { type Language, languageFor } from '../contract/locales/language.ts'
import type { LanguageChoice } from '../contract/preferences.ts'
import type { Skipped, Warning } from '../engine/engine.ts'
import { FileTrouble } from './file-trouble.ts'
import { messageOf } from './message-of.ts'
import { onceForEach, textsIn } from './texts.ts'

/** What the main process says in the window, in whole sentences: notices, and why it refuses something. */
export type NoticeWords = ReturnType<typeof wordsIn>

/** What a state file holds. */
export type Held = 'settings' | 'receivers'

function wordsIn(language: Language) {
  const t = textsIn(language)

  /**
   * English is what errors are written in; in other languages a file's trouble is told in their own words, however it
   * was wrapped on the way.
   */
  function why(cause: unknown): string {
    if (language === 'en') return messageOf(cause)
    if (cause instanceof FileTrouble && cause.code !== undefined) return cause.saidIn(t)
    return cause instanceof Error && cause.cause instanceof FileTrouble ? why(cause.cause) : messageOf(cause)
  }

  const holds = (held: Held): string => t(`main.held.${held}`)

  function listed([first = '', ...others]: readonly string[]): string {
    return others.length === 0 ? first : t('main.severalFiles', { first, more: others.length })
  }

  return {
    settingsNotSaved: (cause: unknown) => t('main.settingsNotSaved', { why: why(cause) }),
    receiversNotSaved: (cause: unknown) => t('main.receiversNotSaved', { why: why(cause) }),
    historyNotSaved: (cause: unknown) => t('main.historyNotSaved', { why: why(cause) }),
    stateOfNewer: (held: Held, writer: string) => t('main.stateOfNewer', { held: holds(held), writer }),
    stateNotKept: (held: Held, cause: unknown) => t('main.stateNotKept', { held: holds(held), why: why(cause) }),
    stateRestored: (held: Held, keptAs: string) => t('main.stateRestored', { held: holds(held), keptAs }),
    stateDamaged: (held: Held, keptAs: string) => t('main.stateDamaged', { held: holds(held), keptAs }),
    stateIncomplete: (held: Held, keptAs: string) => t('main.stateIncomplete', { held: holds(held), keptAs }),
    listOfNewer: (writer: string) => t('main.listOfNewer', { writer }),
    listNotKept: (cause: unknown) => t('main.listNotKept', { why: why(cause) }),
    listRestored: (keptAs: readonly string[]) => t('main.listRestored', { keptAs: listed(keptAs) }),
    listDamaged: (keptAs: readonly string[]) => t('main.listDamaged', { keptAs: listed(keptAs) }),
    listIncomplete: (keptAs: readonly string[]) => t('main.listIncomplete', { keptAs: listed(keptAs) }),
    ownReceiverRefuses: (cause: unknown) => t('main.ownReceiverRefuses', { why: why(cause) }),
    unencryptedAsBefore: (address: string) => t('main.unencryptedAsBefore', { address }),
    keyNotKept: t('main.keyNotKept'),
    keysNotLocked: t('main.keysNotLocked'),
    /** What the engine warns of. */
    warning(warning: Warning) {
      const { reason, message } = warning
      switch (reason) {
        case 'LIST_NOT_SAVED':
          return t('main.warning.LIST_NOT_SAVED', { message, why: why(warning.cause) })
        case 'THREE_RPC_RECEIVER':
          return t('main.warning.THREE_RPC_RECEIVER', { message, receiver: warning.receiver })
        case 'MD5_ONLY_RECEIVER':
          return t('main.warning.MD5_ONLY_RECEIVER', {
            message,
            receiver: warning.receiver,
            wanted: digestNames[warning.wanted],
          })
      }
    },
    /** Why something was not added. */
    skipped: ({ reason, message }: Skipped) => t(`main.skipped.${reason}`, { message }),
    notAdded: (named: readonly string[], more: number) =>
      more > 0
        ? t('main.notAddedAndMore', { named: named.join(' '), more })
        : t('main.notAdded', { named: named.join(' ') }),
    noReceiver: t('main.noReceiver'),
    receiverForgotten: t('main.receiverForgotten'),
    fileNotWritten: (cause: unknown) => t('main.fileNotWritten', { why: why(cause) }),
    folderNotOpened: (problem: string) => t('main.folderNotOpened', { problem }),
    loginItemUnknown: t('main.loginItemUnknown'),
  }
}

const spokenIn = onceForEach(wordsIn)

/** For who has no language to choose: tests, and programs that others read. */
export function inEnglish(): NoticeWords {
  return spokenIn('en')
}

/** The words in the chosen language, or in the one that suits a system that speaks `systemLocale` (a BCP 47 tag). */
export function noticeWords(choice: LanguageChoice, systemLocale: string): NoticeWords {
  return spokenIn(languageFor(choice, systemLocale))
}

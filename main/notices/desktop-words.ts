import { type Language, languageFor } from '../contract/locales/language.ts'
import type { Ending, LanguageChoice } from '../contract/preferences.ts'
import { onceForEach, textsIn } from './texts.ts'

/** What the desktop says outside the window: menus, the tray, notifications, dialogs. */
export type DesktopWords = ReturnType<typeof wordsIn>

function wordsIn(language: Language) {
  const t = textsIn(language)
  const soon: Record<Ending['action'], string> = t('desktop.news.soon', { returnObjects: true })
  return {
    ...t('desktop.menu', { returnObjects: true }),
    ...t('desktop.dialog', { returnObjects: true }),
    nothingToSend: t('desktop.tray.nothingToSend'),
    allPaused: (count: number) => t('desktop.tray.allPaused', { count }),
    /** `percent`: whole; absent when there is nothing to measure. */
    sending: (count: number, percent: number | undefined) =>
      percent === undefined ? t('desktop.tray.toGo', { count }) : t('desktop.tray.percentToGo', { count, percent }),
    waiting: (count: number) => t('desktop.tray.waiting', { count }),
    allSent: t('desktop.news.allSent'),
    sent: (count: number) => t('desktop.news.sent', { count }),
    notAllSent: t('desktop.news.notAllSent'),
    sentAndFailed: (sent: number, failed: number) => t('desktop.news.sentAndFailed', { count: sent, failed }),
    oneFailed: (name: string) => t('desktop.news.oneFailed', { name }),
    othersGoOn: t('desktop.news.othersGoOn'),
    goesOnInTray: t('desktop.news.goesOnInTray'),
    howToQuit: t('desktop.news.howToQuit'),
    soon,
    callOff: t('desktop.news.callOff'),
    couldNotSleep: (why: string) => t('desktop.news.couldNotSleep', { why }),
  }
}

const spokenIn = onceForEach(wordsIn)

/** The words in the chosen language, or in the one that suits a system that speaks `systemLocale` (a BCP 47 tag). */
export function desktopWords(choice: LanguageChoice, systemLocale: string): DesktopWords {
  return spokenIn(languageFor(choice, systemLocale))
}

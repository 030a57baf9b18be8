import type { LanguageChoice } from '../contract/preferences.ts'
import { type DesktopWords, desktopWords } from './desktop-words.ts'
import { type NoticeWords, noticeWords } from './notice-words.ts'

/** The language that the main process speaks: that of the window. */
export type Language = {
  /** What is said in the window. */
  readonly words: () => NoticeWords
  /** What is said outside of it; the same object as long as the language is the same. */
  readonly wordsOutside: () => DesktopWords
  /** Speaks what was chosen from now on; until then the language of the system is all that is known. */
  follow(choice: () => LanguageChoice): void
}

/** `systemLocale`: a BCP 47 tag. */
export function createLanguage(systemLocale: string): Language {
  let chosen: () => LanguageChoice = () => 'system'
  return {
    words: () => noticeWords(chosen(), systemLocale),
    wordsOutside: () => desktopWords(chosen(), systemLocale),
    follow(choice) {
      chosen = choice
    },
  }
}

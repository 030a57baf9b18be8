import { createInstance, type i18n, type Module } from 'i18next'
import type { LanguageChoice } from '../preferences.ts'
import en from './en.json' with { type: 'json' }
import zhCN from './zh-CN.json' with { type: 'json' }

declare module 'i18next' {
  /** A misspelt key does not compile. */
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

/** Every language that the app speaks, by its tag. */
export type Language = Exclude<LanguageChoice, 'system'>

export const languages = { en, 'zh-CN': zhCN } satisfies Record<Language, object>

/**
 * The chosen language, or the one for someone whose system speaks `systemLocale` (a BCP 47 tag such as `zh-Hans-SG`).
 */
export function languageFor(choice: LanguageChoice, systemLocale: string): Language {
  if (choice !== 'system') return choice
  return systemLocale.toLowerCase().split('-')[0] === 'zh' ? 'zh-CN' : 'en'
}

/** A translator that begins in `language`, ready on return: the texts are part of the bundle. */
export function createTranslator(language: Language, ...modules: readonly Module[]): i18n {
  const translator = createInstance()
  for (const module of modules) translator.use(module)
  void translator.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    initAsync: false,
    // The texts are shown as texts: React escapes what it renders, and menus and notifications know no markup.
    interpolation: { escapeValue: false },
  })
  return translator
}

import { createInstance, type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from '../locales/en.json'
import zhCN from '../locales/zh-CN.json'

/** Every language the window speaks, by its tag. */
export const languages = { en, 'zh-CN': zhCN } as const

export type Language = keyof typeof languages

/** The language of the window for someone whose system speaks `preferred` (a BCP 47 tag such as `zh-Hans-SG`). */
export function languageFor(preferred: string): Language {
  return preferred.toLowerCase().split('-')[0] === 'zh' ? 'zh-CN' : 'en'
}

/** A translator for `language`, ready on return: the texts are part of the bundle. */
export function createTranslator(language: Language): i18n {
  const translator = createInstance()
  void translator.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    initAsync: false,
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  })
  return translator
}

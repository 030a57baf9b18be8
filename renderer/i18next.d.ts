import 'i18next'
import type en from './locales/en.json'

declare module 'i18next' {
  /** A misspelt key does not compile. */
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

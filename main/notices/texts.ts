import { createTranslator, type Language } from '../contract/locales/language.ts'

const translator = createTranslator('en')

/** The texts of one language, whichever was chosen: a sentence is asked for by its key. */
export type Texts = ReturnType<typeof textsIn>

export function textsIn(language: Language) {
  return translator.getFixedT(language)
}

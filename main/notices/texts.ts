import { createTranslator, type Language } from '../contract/locales/language.ts'

const translator = createTranslator('en')

/** The texts of one language, whichever was chosen: each is asked for by its key. */
export type Texts = ReturnType<typeof textsIn>

export function textsIn(language: Language) {
  return translator.getFixedT(language)
}

/**
 * Makes the words of a language when they are first said, not at every start, and once: they are the same object from
 * then on.
 */
export function onceForEach<Words>(wordsIn: (language: Language) => Words): (language: Language) => Words {
  const made = new Map<Language, Words>()
  return (language) => {
    const words = made.get(language) ?? wordsIn(language)
    made.set(language, words)
    return words
  }
}

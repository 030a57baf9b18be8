import { describe, expect, test } from 'vitest'
import { createTranslator, type Language, languageFor, languages } from './language.ts'

type Texts = { readonly [key: string]: string | Texts }

function flatten(texts: Texts, prefix = ''): readonly (readonly [key: string, text: string])[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : flatten(value, `${prefix}${key}.`),
  )
}

const plural = /_(zero|one|two|few|many|other)$/
const baseKeys = (language: Language) =>
  [...new Set(flatten(languages[language]).map(([key]) => key.replace(plural, '')))].sort()
const placeholders = (language: Language) =>
  Object.fromEntries(
    flatten(languages[language]).map(([key, text]) => [key.replace(plural, ''), (text.match(/{{\w+}}/g) ?? []).sort()]),
  )

/** The engine speaks English itself; other languages have a sentence of their own for each of its reasons. */
const saidByTheEngine = new Set(flatten(languages.en).flatMap(([key, text]) => (text === '{{message}}' ? [key] : [])))

describe.each(Object.keys(languages) as Language[])('%s', (language) => {
  test('has every text', () => expect(baseKeys(language)).toEqual(baseKeys('en')))

  test('has no empty text', () =>
    expect(flatten(languages[language]).filter(([, text]) => text.trim() === '')).toEqual([]))

  test('names the same values in every text, but where it translates what the engine says', () => {
    const own = ([key]: readonly [string, unknown]) => !saidByTheEngine.has(key)
    expect(Object.entries(placeholders(language)).filter(own)).toEqual(Object.entries(placeholders('en')).filter(own))
  })

  test('has exactly the plural forms of the language', () => {
    const forms = new Map<string, string[]>()
    for (const [key] of flatten(languages[language])) {
      const form = plural.exec(key)?.[1]
      if (form !== undefined) forms.set(key.replace(plural, ''), [...(forms.get(key.replace(plural, '')) ?? []), form])
    }
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    expect(forms.size).toBeGreaterThan(0)
    for (const [key, found] of forms) expect([key, found.toSorted()]).toEqual([key, wanted])
  })

  test('is ready as soon as its translator is made', () => {
    const { t } = createTranslator(language)
    expect(t('notices.skipped', { count: 2 })).toContain('2')
    expect(t('drop.goesTo', { receiver: '<b>&' })).toContain('<b>&')
  })
})

test('the language follows the system', () => {
  const spokenWith = (systemLocale: string) => languageFor('system', systemLocale)
  expect(['zh', 'zh-CN', 'zh-Hant-TW', 'ZH-hans'].map(spokenWith)).toEqual(Array(4).fill('zh-CN'))
  expect(['en-GB', 'de', '', 'za'].map(spokenWith)).toEqual(Array(4).fill('en'))
})

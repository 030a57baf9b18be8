import { expect, test } from 'vitest'
import { type Language, languages } from '../../main/contract/locales/language.ts'
import { reasonSentences } from '../../main/engine/base/reason-sentences.ts'
import { isReason, policyFor, type Reason, reasons } from '../../proto/reasons.ts'

const all = Object.keys(reasons) as Reason[]

/** What comes to people in words of ours. */
const spoken = all.filter((reason) => !policyFor(reason).mistake && !policyFor(reason).calledByUs)

test.each(Object.keys(languages) as Language[])(
  'every reason that comes to people has a sentence in the window (%s), and nothing else has one',
  (language) => {
    expect(spoken).toEqual(expect.arrayContaining(['UNREACHABLE', 'DISK_FULL', 'ASLEEP', 'SOURCE_MISSING']))
    // What is no address is told with what was typed.
    const expected = spoken.filter((reason) => reason !== 'NOT_AN_ADDRESS')
    expect(Object.keys(languages[language].reason).sort()).toEqual(expected.sort())
  },
)

test('what the engine says in words of its own is in the table', () => {
  expect(Object.keys(reasonSentences).filter((reason) => !isReason(reason))).toEqual([])
})

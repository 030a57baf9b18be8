import { expect, test } from 'vitest'
import { type Language, languages } from '../contract/locales/language.ts'
import { FileTrouble } from './file-trouble.ts'
import { inEnglish, type NoticeWords, noticeWords } from './notice-words.ts'

const full = new FileTrouble('/home/ann/state', { cause: Object.assign(new Error('no space'), { code: 'ENOSPC' }) })
const wrapped = new Error('it was wrapped', { cause: full })

/** Every sentence with something in each of its gaps. */
function sentencesOf(words: NoticeWords): Record<keyof NoticeWords, string> {
  return {
    settingsNotSaved: words.settingsNotSaved(full),
    receiversNotSaved: words.receiversNotSaved(full),
    historyNotSaved: words.historyNotSaved(full),
    stateOfNewer: words.stateOfNewer('settings', '9.0.0'),
    stateNotKept: words.stateNotKept('receivers', full),
    stateRestored: words.stateRestored('settings', '/kept'),
    stateDamaged: words.stateDamaged('settings', '/kept'),
    stateIncomplete: words.stateIncomplete('settings', '/kept'),
    listOfNewer: words.listOfNewer('9.0.0'),
    listNotKept: words.listNotKept(full),
    listRestored: words.listRestored(['/kept', '/also']),
    listDamaged: words.listDamaged(['/kept']),
    listIncomplete: words.listIncomplete(['/kept']),
    ownReceiverRefuses: words.ownReceiverRefuses(new Error('nobody answers.')),
    unencryptedAsBefore: words.unencryptedAsBefore('nas:50051'),
    keyNotKept: words.keyNotKept,
    keysNotLocked: words.keysNotLocked,
    warning: words.warning({ reason: 'LIST_NOT_SAVED', message: 'It cannot be saved.', cause: wrapped }),
    skipped: words.skipped({ name: '/a', reason: 'SOURCE_MISSING', message: 'There is no such file.' }),
    notAdded: words.notAdded(['/a: It is not a file.'], 2),
    noReceiver: words.noReceiver,
    receiverForgotten: words.receiverForgotten,
    fileNotWritten: words.fileNotWritten(full),
    folderNotOpened: words.folderNotOpened('no program'),
    loginItemUnknown: words.loginItemUnknown,
  }
}

test('every sentence is said in the language that was chosen, or in the system’s', () => {
  const english = sentencesOf(inEnglish())
  for (const [choice, locale] of [
    ['zh-CN', 'en-US'],
    ['system', 'zh-TW'],
  ] as const) {
    const chinese = sentencesOf(noticeWords(choice, locale))
    for (const [key, sentence] of Object.entries(chinese))
      expect([key, sentence]).toEqual([key, expect.stringMatching(/\p{Script=Han}/u)])
    expect(Object.keys(chinese)).toEqual(Object.keys(inEnglish()))
  }
  for (const [choice, locale] of [
    ['en', 'zh-CN'],
    ['system', 'de-DE'],
  ] as const)
    expect(sentencesOf(noticeWords(choice, locale))).toEqual(english)
  for (const [key, sentence] of Object.entries(english))
    expect([key, sentence]).not.toEqual([key, expect.stringMatching(/\p{Script=Han}/u)])
})

test.each(Object.keys(languages) as Language[])('every gap of a sentence is filled (%s)', (language) => {
  const said: Readonly<Record<string, string>> = sentencesOf(noticeWords(language, 'en'))
  const sentences = Object.entries(languages[language].main).flatMap(([key, text]) =>
    typeof text === 'string' && key in said ? [{ text, said: said[key] ?? '' }] : [],
  )
  const unfilled = sentences.filter(({ text, said }) => {
    const literal = text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
    return !new RegExp(`^${literal.replaceAll(/{{\w+}}/g, '.+')}$`).test(said)
  })
  expect(sentences.length).toBeGreaterThan(20)
  expect(unfilled).toEqual([])
})

test('what fills a gap is said as it is, whatever is in it', () => {
  for (const words of [inEnglish(), noticeWords('zh-CN', 'en')])
    for (const odd of ['{{problem}}', '$t(main.noReceiver)', '$& $1', '<b>&amp;"/'])
      expect(words.folderNotOpened(odd)).toContain(odd)
  expect(inEnglish().skipped({ name: '/a', reason: 'NOT_A_FILE', message: 'It is a link.' })).toBe('It is a link.')
})

test('several files are told by the first, and by how many more there are', () => {
  const chinese = noticeWords('zh-CN', 'en')
  expect(inEnglish().listDamaged(['/a'])).toMatch(/is kept as \/a\.$/)
  expect(inEnglish().listDamaged(['/a', '/b', '/c'])).toMatch(/is kept as \/a \(and 2 more\)\.$/)
  expect(chinese.listDamaged(['/a', '/b'])).toMatch(/保留为 \/a（以及另外 1 个）。$/)
  expect(chinese.notAdded(['/a: 无法读取。'], 2)).toBe('未添加：/a: 无法读取。 以及另外 2 个。')
  expect(chinese.notAdded(['/a: 无法读取。'], 0)).toBe('未添加：/a: 无法读取。')
})

test('what is wrong with a file is said in the same language, however it was wrapped on the way', () => {
  const chinese = noticeWords('zh-CN', 'en')
  expect(inEnglish().settingsNotSaved(full)).toBe(
    'The settings could not be saved: /home/ann/state: its disk is full (ENOSPC).',
  )
  expect(chinese.settingsNotSaved(full)).toBe('设置无法保存：/home/ann/state：磁盘已满（ENOSPC）。')
  expect(chinese.warning({ reason: 'LIST_NOT_SAVED', message: '', cause: wrapped })).toContain('磁盘已满（ENOSPC）')
  const odd = new FileTrouble('/state', { cause: new Error('ELOOP: too many links') })
  expect(chinese.listNotKept(odd)).toContain('/state: ELOOP: too many links')
  expect(chinese.warning({ reason: 'THREE_RPC_RECEIVER', message: '', receiver: 'nas:50051' })).toContain('nas:50051')
})

import { expect, test } from 'vitest'
import type { ConflictChoice } from '../contract/preferences.ts'
import type { FindOptions, QueueOptions, ToQueue, WalkedEntry } from '../engine/engine.ts'
import { noticeWords } from '../notices/notice-words.ts'
import { defaultPreferences } from '../settings/preference-checks.ts'
import { createAdditions } from './additions.ts'

const file: WalkedEntry = {
  source: import.meta.filename,
  path: ['a'],
  identity: { sizeBytes: 1, modifiedAtMs: 1, inode: '1' },
}

/** Additions to an engine that finds one file, on a receiver where its name is taken. */
function additions({
  onConflict = 'skip-same' as ConflictChoice,
  words = noticeWords('en', 'en'),
  decided = { receiver: 'nas' } as { readonly receiver?: string },
  chosen = [] as readonly string[],
}) {
  const asked: unknown[] = []
  const engine = {
    async find(paths: readonly string[], { onFound }: FindOptions) {
      asked.push(paths)
      onFound?.(1)
      const skipped = [{ name: '/fifo', reason: 'NOT_A_FILE', message: 'It is not a file.' }] as const
      return { entries: [file], skipped }
    },
    async queue(entries: readonly ToQueue[], { receiver, onConflict }: QueueOptions) {
      asked.push({ receiver, onConflict, queued: entries })
      return entries.map(() => 'id')
    },
    list: () => [],
    freeBytesOn: async () => undefined,
    checkNames: async () => ({ names: [{ kind: 'taken', storedAs: 'a' } as const], mayOverwrite: true }),
  }
  const choose = (name: string) => async () => {
    asked.push(name)
    return chosen
  }
  const about = { onConflict, discovery: true, receivingFolder: '/in' }
  const settings = { ...defaultPreferences('linux'), ...about, ...decided }
  const made = createAdditions({
    engine,
    settings: { get: () => settings },
    receivers: { list: () => [{ id: 'nas', name: 'NAS', address: 'nas:50051', standing: { kind: 'good' } }] },
    dialogs: { chooseFiles: choose('chooseFiles'), chooseFolders: choose('chooseFolders') },
    words: () => words,
    onLooking: () => undefined,
    onQuestion: (question) => asked.push(question?.taken?.count),
    keep: (policy) => asked.push(policy),
  })
  return { asked, current: made.current, ...made.commands }
}

test('what is added goes to the engine with the policy that was set, and what was skipped is told in the person’s language', async () => {
  const { asked, addPaths } = additions({ words: noticeWords('zh-CN', 'en') })
  expect(await addPaths(['/'])).toEqual({
    added: 1,
    skipped: [{ name: '/fifo', message: expect.stringMatching(/\p{Script=Han}/u) }],
  })
  expect(asked).toEqual([
    ['/'],
    { receiver: 'nas', onConflict: 'skip-same', queued: [{ ...file, onConflict: 'skip-same' }] },
  ])
})

test('who is asked decides, and can keep that decision', async () => {
  const { asked, addPaths, answer, current } = additions({ onConflict: 'ask' })
  const adding = addPaths(['/'])
  await expect.poll(() => current().question?.id).toBeDefined()
  answer(current().question?.id ?? '', { go: true, taken: 'overwrite', always: true })
  expect(await adding).toMatchObject({ added: 1 })
  expect(asked).toEqual([
    ['/'],
    1,
    undefined,
    'overwrite',
    { receiver: 'nas', onConflict: 'keep-both', queued: [{ ...file, onConflict: 'overwrite' }] },
  ])
  expect(current()).toEqual({})
})

test('who is asked can stop it all, and then nothing is queued', async () => {
  const { asked, addPaths, answer, current, stopLooking } = additions({ onConflict: 'ask' })
  const adding = addPaths(['/'])
  await expect.poll(() => current().question?.id).toBeDefined()
  stopLooking()
  answer(current().question?.id ?? '', { go: true, taken: 'overwrite' })
  expect(await adding).toEqual({ added: 0, skipped: [] })
  expect(asked).toEqual([['/'], 1, undefined])
  expect(current()).toEqual({})
})

test.each([
  ['without a receiver', {}],
  ['with one that was forgotten', { receiver: 'other' }],
])('%s nothing is added and no dialog opens', async (_, decided) => {
  const { asked, addPaths, chooseFiles, chooseFolder } = additions({ decided, chosen: ['/a'] })
  const noReceiver = 'Choose a receiver first: add one, or switch on “Receive on this computer”.'
  await expect(addPaths(['/a'])).rejects.toThrow(noReceiver)
  await expect(chooseFiles()).rejects.toThrow(noReceiver)
  await expect(chooseFolder()).rejects.toThrow(noReceiver)
  expect(asked).toEqual([])
})

test('chosen files go to the chosen receiver, and what was skipped is reported', async () => {
  const { asked, chooseFiles } = additions({ chosen: ['/a', '/b'] })
  expect(await chooseFiles()).toEqual({ added: 1, skipped: [{ name: '/fifo', message: 'It is not a file.' }] })
  expect(asked).toMatchObject(['chooseFiles', ['/a', '/b'], { receiver: 'nas' }])
})

test('a cancelled dialog adds nothing', async () => {
  const { asked, chooseFolder } = additions({})
  expect(await chooseFolder()).toEqual({ added: 0, skipped: [] })
  expect(asked).toEqual(['chooseFolders'])
})

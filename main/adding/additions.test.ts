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
function additions(onConflict: ConflictChoice, words = noticeWords('en', 'en')) {
  const asked: unknown[] = []
  const engine = {
    async find(_paths: readonly string[], { onFound }: FindOptions) {
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
  const settings = { ...defaultPreferences('linux'), onConflict, discovery: true, receivingFolder: '/in' }
  const made = createAdditions({
    engine,
    settings: { get: () => settings },
    words: () => words,
    onLooking: () => undefined,
    onQuestion: (question) => asked.push(question?.taken?.count),
    keep: (policy) => asked.push(policy),
  })
  return { asked, ...made }
}

test('what is added goes to the engine with the policy that was set, and what was skipped is told in the person’s language', async () => {
  const { asked, add } = additions('skip-same', noticeWords('zh-CN', 'en'))
  expect(await add('nas', ['/'])).toEqual({
    added: 1,
    skipped: [{ name: '/fifo', message: expect.stringMatching(/\p{Script=Han}/u) }],
  })
  expect(asked).toEqual([{ receiver: 'nas', onConflict: 'skip-same', queued: [{ ...file, onConflict: 'skip-same' }] }])
})

test('who is asked decides, and can keep that decision', async () => {
  const { asked, add, answer, current } = additions('ask')
  const adding = add('nas', ['/'])
  await expect.poll(() => current().question?.id).toBeDefined()
  answer(current().question?.id ?? '', { go: true, taken: 'overwrite', always: true })
  expect(await adding).toMatchObject({ added: 1 })
  expect(asked).toEqual([
    1,
    undefined,
    'overwrite',
    { receiver: 'nas', onConflict: 'keep-both', queued: [{ ...file, onConflict: 'overwrite' }] },
  ])
  expect(current()).toEqual({})
})

test('who is asked can stop it all, and then nothing is queued', async () => {
  const { asked, add, answer, current, stop } = additions('ask')
  const adding = add('nas', ['/'])
  await expect.poll(() => current().question?.id).toBeDefined()
  stop()
  answer(current().question?.id ?? '', { go: true, taken: 'overwrite' })
  expect(await adding).toEqual({ added: 0, skipped: [] })
  expect(asked).toEqual([1, undefined])
  expect(current()).toEqual({})
})

import { expect, test } from 'vitest'
import type { ConflictChoice } from '../contract/preferences.ts'
import type { AddOptions, WalkedEntry } from '../engine/engine.ts'
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
    async add(_paths: readonly string[], options: AddOptions) {
      options.onFound?.(1)
      const reviewed = (await options.review?.([file], [])) ?? []
      asked.push({
        receiver: options.receiver,
        onConflict: options.onConflict,
        reviewed,
        stopped: options.signal?.aborted,
      })
      const skipped = [{ name: '/fifo', reason: 'NOT_A_FILE', message: 'It is not a file.' }] as const
      return { ids: reviewed.map(() => 'id'), skipped }
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
  expect(asked).toEqual([
    { receiver: 'nas', onConflict: 'skip-same', reviewed: [{ ...file, onConflict: 'skip-same' }], stopped: false },
  ])
})

test('who is asked decides, can keep that decision, and can stop it all', async () => {
  const { asked, add, answer, current, stop } = additions('ask')
  const adding = add('nas', ['/'])
  await expect.poll(() => current().question?.id).toBeDefined()
  stop()
  answer(current().question?.id ?? '', { go: true, taken: 'overwrite', always: true })
  expect(await adding).toMatchObject({ added: 1 })
  expect(asked).toEqual([
    1,
    undefined,
    'overwrite',
    { receiver: 'nas', onConflict: 'keep-both', reviewed: [{ ...file, onConflict: 'overwrite' }], stopped: true },
  ])
  expect(current()).toEqual({})
})

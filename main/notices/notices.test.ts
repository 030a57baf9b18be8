import { expect, test } from 'vitest'
import type { Notice } from '../contract/contract.ts'
import { inEnglish } from './notice-words.ts'
import { announce, createNotices, eachOnce } from './notices.ts'

function noticesWithLog() {
  const told: (readonly Notice[])[] = []
  return { notices: createNotices((list) => told.push(list)), told }
}

test('a notice is told until it is dismissed', () => {
  const { notices, told } = noticesWithLog()
  notices.add('Disk full.')
  expect(told.at(-1)?.map(({ message }) => message)).toEqual(['Disk full.'])
  notices.dismiss(notices.list()[0]?.id ?? '')
  expect(told.at(-1)).toEqual([])
})

test('the same sentence is shown once, and dismissing an unknown id tells nothing', () => {
  const { notices, told } = noticesWithLog()
  notices.add('Disk full.')
  notices.add('Disk full.')
  notices.dismiss('gone')
  expect(told).toHaveLength(1)
})

test('a flood of notices keeps only the newest twenty', () => {
  const { notices } = noticesWithLog()
  for (let n = 0; n < 100; n++) notices.add(`Notice ${n}.`)
  expect(notices.list()).toHaveLength(20)
  expect(notices.list().at(-1)?.message).toBe('Notice 99.')
})

test('skipped files are announced by name, the rest by number', async () => {
  const { notices } = noticesWithLog()
  const skipped = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, message: 'It cannot be read.' }))
  await announce(async () => ({ added: 0, skipped }), notices, inEnglish())
  expect(notices.list()[0]?.message).toBe(
    'Not added: a: It cannot be read. b: It cannot be read. c: It cannot be read. And 2 more.',
  )
})

test('a refusal is announced in its own words, and success says nothing', async () => {
  const { notices } = noticesWithLog()
  await announce(() => Promise.reject(new Error('Choose a receiver first.')), notices, inEnglish())
  await announce(() => ({ added: 3, skipped: [] }), notices, inEnglish())
  expect(notices.list().map(({ message }) => message)).toEqual(['Choose a receiver first.'])
})

test('what is told once is not told again after it was dismissed', () => {
  const { notices, told } = noticesWithLog()
  const warn = eachOnce(notices.add)
  warn('The disk is full.')
  notices.dismiss(notices.list()[0]?.id ?? '')
  warn('The disk is full.')
  expect(notices.list()).toEqual([])
  warn('The disk is gone.')
  expect(told).toHaveLength(3)
})

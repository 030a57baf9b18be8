import { expect, test } from 'vitest'
import { printable } from './printable.ts'

test('a name cannot speak to the terminal', () => {
  expect(printable('a\u001b[2Jb\nc\u202Ed')).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd')
})

test('letters of every language stay', () => expect(printable('影片 ünï 😀')).toBe('影片 ünï 😀'))

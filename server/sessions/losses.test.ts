import { expect, test } from 'vitest'
import { Losses } from './losses.ts'

test('[F8] three losses in a row and the upload is refused for a minute; then it may try once more', () => {
  let nowMs = 0
  const losses = new Losses(() => nowMs)
  losses.add('a')
  losses.add('a')
  expect(() => losses.mustBeTrusted('a')).not.toThrow()
  losses.add('a')
  losses.add('b')
  expect(() => losses.mustBeTrusted('a')).toThrow('lost bytes of this upload 3 times in a row')
  expect(() => losses.mustBeTrusted('b')).not.toThrow()

  nowMs += 60_000
  expect(() => losses.mustBeTrusted('a')).not.toThrow()
  losses.add('a')
  expect(() => losses.mustBeTrusted('a')).toThrow('4 times in a row')
})

test('bytes that the disk kept end the row', () => {
  const losses = new Losses()
  for (let times = 0; times < 5; times++) {
    losses.add('a')
    losses.add('a')
    expect(losses.isUnsettled('a')).toBe(true)
    losses.forget('a')
    expect(losses.isUnsettled('a')).toBe(false)
    expect(() => losses.mustBeTrusted('a')).not.toThrow()
  }
})

test('a loss stays unsettled until the ledger has forgotten it, and counts after that', () => {
  const losses = new Losses()
  for (let times = 0; times < 3; times++) {
    losses.add('a')
    expect(losses.isUnsettled('a')).toBe(true)
    losses.settle('a')
    expect(losses.isUnsettled('a')).toBe(false)
  }
  expect(() => losses.mustBeTrusted('a')).toThrow('3 times in a row')
})

import { expect, test } from 'vitest'
import { Damage, MOST_DAMAGED } from './damage.ts'

test('a stream ends when too many chunks in a row arrive damaged, and not when some between them are whole', () => {
  const damage = new Damage()
  for (let round = 0; round < 5; round++) {
    for (let chunk = 1; chunk < MOST_DAMAGED; chunk++) damage.saw('CORRUPT')
    damage.saw('STORED')
  }
  for (let chunk = 1; chunk < MOST_DAMAGED; chunk++) damage.saw('CORRUPT')
  expect(() => damage.saw('CORRUPT')).toThrow('No chunk arrives whole')
})

test('a stream that brings a damaged chunk now and then, and never a whole one, ends', () => {
  let nowMs = 0
  const damage = new Damage(() => nowMs)
  damage.saw('CORRUPT')
  nowMs = 61_000
  expect(() => damage.saw('CORRUPT')).toThrow('No chunk arrives whole')
})

test('one damaged chunk of a slow sender ends nothing', () => {
  let nowMs = 0
  const damage = new Damage(() => nowMs)
  nowMs = 600_000
  damage.saw('CORRUPT')
  damage.saw('DUPLICATE')
})

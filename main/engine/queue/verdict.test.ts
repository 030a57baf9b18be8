import { expect, test } from 'vitest'
import { accessError, UploadError } from '../base/errors.ts'
import { verdictOn } from './verdict.ts'

test('a receiver that cannot be reached is left alone as a whole', () => {
  expect(verdictOn(new UploadError('UNREACHABLE', 'm'), 0).next).toBe('hold-receiver')
})

test('a receiver that may not be sent to is given up as a whole, a name that it cannot store alone', () => {
  expect(verdictOn(accessError('NOT_PAIRED'), 0).next).toBe('give-up-receiver')
  expect(verdictOn(new UploadError('BAD_NAME', 'm'), 0).next).toBe('give-up')
})

test('a missing source holds up only its own upload', () => {
  expect(verdictOn(new UploadError('SOURCE_MISSING', 'm'), 0).next).toBe('wait')
})

test('damage gets one second chance, as a new upload', () => {
  const damage = new UploadError('FINAL_CHECKSUM', 'm')
  expect(verdictOn(damage, 0)).toMatchObject({ next: 'wait', startAnew: true, usedChance: true })
  expect(verdictOn(damage, 1).next).toBe('give-up')
})

test('a mistake of our own is named, tried once more, and never thrown further', () => {
  expect(verdictOn(new TypeError('x is undefined'), 0)).toMatchObject({ why: { reason: 'INTERNAL' }, next: 'wait' })
  expect(verdictOn('a string', 1)).toMatchObject({ why: { reason: 'INTERNAL' }, next: 'give-up' })
})

import { expect, test } from 'vitest'
import { Space } from './space.ts'

const MINUTE_MS = 60_000

/** A disk of a hundred bytes, and a clock that stands. */
function disk(freeBytes = 100) {
  const state = { freeBytes, nowMs: 0 }
  const space = new Space(
    async () => state.freeBytes,
    () => state.nowMs,
  )
  return { state, space }
}

test('one alone may reserve the whole disk, and no more', async () => {
  const { space } = disk()
  await space.reserve('a', 'laptop', 60)
  await space.reserve('b', 'laptop', 40)
  await expect(space.reserve('c', 'laptop', 1)).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(await space.freeBytes('laptop')).toBe(0)
})

test('who reserves everything leaves each of the others an equal part of it', async () => {
  const { space } = disk()
  await space.reserve('a', 'hog', 100)
  expect(await space.freeBytes('second')).toBe(50)
  await space.reserve('b', 'second', 50)
  expect(await space.freeBytes('third')).toBe(33)
  await expect(space.reserve('c', 'third', 34)).rejects.toMatchObject({ code: 'DISK_FULL' })
  await space.reserve('c', 'third', 33)
})

test('small reservations take no more than they are from others', async () => {
  const { space } = disk()
  await space.reserve('a', 'first', 1)
  await space.reserve('b', 'second', 1)
  expect(await space.freeBytes('third')).toBe(98)
  expect(await space.freeBytes()).toBe(98)
})

test('a reservation ends a minute after the last session, and is there again for who comes back', async () => {
  const { state, space } = disk()
  await space.reserve('a', 'laptop', 100)
  space.enter('a')
  state.nowMs = 60 * MINUTE_MS
  expect(await space.freeBytes()).toBe(0)
  space.leave('a')
  state.nowMs += MINUTE_MS - 1
  expect(await space.freeBytes()).toBe(0)
  state.nowMs += 1
  expect(await space.freeBytes()).toBe(100)
  space.enter('a')
  expect(await space.freeBytes()).toBe(0)
  space.release('a')
  expect(await space.freeBytes()).toBe(100)
})

test('what is begun and never gone on with lapses, too', async () => {
  const { state, space } = disk()
  await space.reserve('a', 'laptop', 100)
  state.nowMs = MINUTE_MS
  await space.reserve('b', 'laptop', 100)
})

test('bytes that are on the disk are not reserved as well', async () => {
  const { state, space } = disk()
  await space.reserve('a', 'laptop', 60)
  state.freeBytes = 70
  space.use('a', 30)
  expect(await space.freeBytes()).toBe(40)
  expect(await space.freeBytes('laptop')).toBe(40)
})

test('an upload that is begun again with more than there is keeps what it had', async () => {
  const { space } = disk()
  await space.reserve('a', 'laptop', 60)
  await expect(space.reserve('a', 'laptop', 101)).rejects.toMatchObject({ code: 'DISK_FULL' })
  expect(await space.freeBytes()).toBe(40)
})

import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GatheringMemory } from './memory.ts'

/** Holds pieces of 10 bytes, and frees them one at a time when it may. */
function holder(memory: GatheringMemory, mayFree = true) {
  const own = {
    pieces: 0,
    mayFree,
    async take() {
      await memory.take(10)
      own.pieces++
    },
    async freeSome() {
      await delay(1)
      if (!own.mayFree || own.pieces === 0) return false
      own.pieces--
      memory.giveBack(10)
      return true
    },
  }
  memory.add(own)
  return own
}

test('whoever needs memory gets it from others, in turn, and never more is held than may be', async () => {
  const memory = new GatheringMemory(40)
  const [one, other, third] = [holder(memory), holder(memory), holder(memory)]
  await Promise.all([one.take(), one.take(), other.take(), other.take()])
  await Promise.all([third.take(), third.take()])
  expect([one.pieces, other.pieces, third.pieces]).toEqual([1, 1, 2])
  expect(memory.heldBytes).toBe(40)
})

test('when nobody can free any it waits, until memory is given back or somebody can', async () => {
  const memory = new GatheringMemory(20)
  const busy = holder(memory, false)
  await busy.take()
  await busy.take()
  let isTaken = false
  const taking = memory.take(10).then(() => {
    isTaken = true
  })
  await delay(20)
  expect(isTaken).toBe(false)
  busy.mayFree = true
  memory.changed()
  await taking
  expect(memory.heldBytes).toBe(20)
  memory.giveBack(20)
  // More than there is at all, when nobody else has any.
  await memory.take(100)
  expect(memory.heldBytes).toBe(100)
})

test('a holder that fails to free some is told to whoever asks, and the next one asks again', async () => {
  const memory = new GatheringMemory(10)
  await memory.take(10)
  const failing = { freeSome: async () => Promise.reject(new Error('The store is gone.')) }
  memory.add(failing)
  await expect(memory.take(10)).rejects.toThrow('The store is gone.')
  memory.remove(failing)
  const next = memory.take(10)
  memory.giveBack(10)
  await next
})

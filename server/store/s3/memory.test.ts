import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GatheringMemory } from './memory.ts'

/** Long enough that nobody has rested before the test ends. */
const FOR_EVER_MS = 1e9
const NOW = { atMs: 0, number: 0 }

const memoryOf = (bytes: number, patienceMs: number) =>
  new GatheringMemory({ leastBytes: bytes, mostBytes: bytes, pieceBytes: 10, patienceMs })

/** Holds pieces of 10 bytes, and frees them one at a time when it may. */
function holder(memory: GatheringMemory, mayFree = true) {
  const own = {
    pieces: 0,
    mayFree,
    holdsMuch: false,
    used: memory.use(),
    get idleSince() {
      return own.mayFree && own.pieces > 0 ? own.used : undefined
    },
    async take() {
      await memory.reserve(10, own)
      own.pieces++
      own.used = memory.use()
    },
    async freeSome() {
      await delay(1)
      if (!own.mayFree || own.pieces === 0) return false
      own.pieces--
      memory.release(10)
      return true
    },
  }
  memory.add(own)
  return own
}

/** Whether a promise has settled by now. */
function watched(promise: Promise<unknown>) {
  const state = { isSettled: false }
  void promise.finally(() => {
    state.isSettled = true
  })
  return state
}

const piecesOf = (...holders: ReturnType<typeof holder>[]) => holders.map(({ pieces }) => pieces)

test('whoever needs memory gets that which was not used for longest, and never more is held than may be', async () => {
  const memory = memoryOf(40, 0)
  const [one, other, third] = [holder(memory), holder(memory), holder(memory)]
  for (const { take } of [one, one, other, other]) await take()
  await third.take()
  expect(piecesOf(one, other, third)).toEqual([1, 2, 1])
  one.used = memory.use()
  await third.take()
  expect(piecesOf(one, other, third)).toEqual([1, 1, 2])
  expect(memory.heldBytes).toBe(40)
})

test('what was used just now is left alone until it is given back, or others were served often meanwhile', async () => {
  const memory = memoryOf(20, FOR_EVER_MS)
  const [busy, other] = [holder(memory), holder(memory)]
  await busy.take()
  await busy.take()
  const taking = other.take()
  const state = watched(taking)
  await delay(20)
  expect(state.isSettled).toBe(false)
  expect(busy.pieces).toBe(2)
  await busy.freeSome()
  await taking

  // It rests for as long as anything may, but nobody else does more.
  const next = watched(other.take())
  busy.used = { ...busy.used, atMs: performance.now() - FOR_EVER_MS }
  memory.changed()
  await delay(20)
  expect(next.isSettled).toBe(false)
  for (let uses = 0; uses < 128; uses++) other.used = memory.use()
  await expect.poll(() => next.isSettled).toBe(true)
  expect(piecesOf(busy, other)).toEqual([0, 2])
})

test('whoever holds much frees some of his own before he waits for others', async () => {
  const memory = memoryOf(30, FOR_EVER_MS)
  const [greedy, other] = [holder(memory), holder(memory)]
  await other.take()
  await greedy.take()
  await greedy.take()
  greedy.holdsMuch = true
  await greedy.take()
  expect(piecesOf(greedy, other)).toEqual([2, 1])
})

test('when nobody can free any it waits, until memory is given back or somebody can', async () => {
  const memory = memoryOf(20, 0)
  const busy = holder(memory, false)
  await busy.take()
  await busy.take()
  const taking = memory.reserve(10)
  const state = watched(taking)
  await delay(20)
  expect(state.isSettled).toBe(false)
  busy.mayFree = true
  memory.changed()
  await taking
  expect(memory.heldBytes).toBe(20)
  memory.release(20)
  // More than there is at all, when nobody else has any.
  await memory.reserve(100)
  expect(memory.heldBytes).toBe(100)
})

test('a holder that fails to free some is told to whoever asks, and the next one asks again', async () => {
  const memory = memoryOf(10, 0)
  await memory.reserve(10)
  const freeSome = () => Promise.reject(new Error('The store is gone.'))
  const failing = { idleSince: NOW, holdsMuch: false, freeSome }
  memory.add(failing)
  await expect(memory.reserve(10)).rejects.toThrow('The store is gone.')
  memory.remove(failing)
  const next = memory.reserve(10)
  memory.release(10)
  await next
})

test('there is more memory the more uploads there are, and never more than may be', async () => {
  const memory = new GatheringMemory({ leastBytes: 20, mostBytes: 40, pieceBytes: 10, patienceMs: FOR_EVER_MS })
  const holders = Array.from({ length: 6 }, () => holder(memory))
  for (const { take } of holders.slice(0, 3)) await take()
  const fourth = watched(memory.reserve(10))
  await delay(20)
  expect(fourth.isSettled).toBe(false)
  // The seventh and the eighth.
  holder(memory)
  holder(memory)
  memory.changed()
  await expect.poll(() => fourth.isSettled).toBe(true)
  for (let more = 0; more < 8; more++) holder(memory)
  const fifth = watched(memory.reserve(10))
  await delay(20)
  expect(fifth.isSettled).toBe(false)
})

test('whoever waits for very long gets memory, however busy all others are', async () => {
  const memory = memoryOf(10, 10)
  const [busy, other] = [holder(memory), holder(memory)]
  await busy.take()
  const using = setInterval(() => {
    busy.used = memory.use()
  }, 1)
  await other.take()
  clearInterval(using)
  expect(piecesOf(busy, other)).toEqual([0, 1])
})

import { describe, expect, test } from 'vitest'
import type { AppSnapshot } from '../../main/contract/contract.ts'
import { fakeMainProcess } from '../testing/fake-main-process.ts'
import { appSnapshot, deepFreeze, done, failed, sending, upload } from '../testing/samples.ts'
import { createWindowStore, follow, recordRate } from './store.ts'

async function followed(snapshot: AppSnapshot) {
  const main = fakeMainProcess(snapshot)
  const store = createWindowStore()
  deepFreeze(store.getState())
  store.subscribe(deepFreeze)
  await follow(main.api, store)
  return { ...main, store }
}

describe('following the main process', () => {
  test('shows what is about to end, until it is called off', async () => {
    const { store, say } = await followed({ ...appSnapshot(), ending: { action: 'quit', atMs: 1 } })
    expect(store.getState().ending).toEqual({ action: 'quit', atMs: 1 })
    say('ending', {})
    expect(store.getState()).not.toHaveProperty('ending')
    say('ending', { ending: { action: 'sleep', atMs: 2 } })
    expect(store.getState().ending).toEqual({ action: 'sleep', atMs: 2 })
  })

  test('shows what is being looked at, until it is queued', async () => {
    const { store, say } = await followed({ ...appSnapshot(), looking: { files: 1 } })
    expect(store.getState().looking).toEqual({ files: 1 })
    say('looking', { looking: { files: 2 } })
    expect(store.getState().looking).toEqual({ files: 2 })
    say('looking', {})
    expect(store.getState()).not.toHaveProperty('looking')
  })

  test('listens to everything before it asks', async () => {
    const { asked } = await followed(appSnapshot())
    expect(asked.map(([name]) => name)).toEqual([...Array(12).fill('on'), 'snapshot'])
  })

  test('the answer wins over what was said before it', async () => {
    const store = createWindowStore()
    const { api, say } = fakeMainProcess(appSnapshot(upload('a', 1, { status: done })))
    const following = follow(api, store)
    say('uploads', { changed: [upload('a', 1, { status: sending(10) }), upload('gone', 2)], removed: [] })
    expect(store.getState().uploads.size).toBe(2)
    await following
    expect([...store.getState().uploads.values()]).toEqual([upload('a', 1, { status: done })])
  })

  test('rejects when the main process does not answer', async () => {
    const { api } = fakeMainProcess(appSnapshot(), { snapshot: () => Promise.reject(new Error('Not ready.')) })
    await expect(follow(api, createWindowStore())).rejects.toThrow('Not ready.')
  })
})

describe('a change of uploads', () => {
  test('replaces only what changed', async () => {
    const { store, say } = await followed(appSnapshot(upload('a', 1), upload('b', 2)))
    const before = store.getState()
    const changed = upload('b', 2, { status: sending(500) })
    say('uploads', { changed: [changed], removed: [] })
    const after = store.getState()
    expect(after.uploads.get('a')).toBe(before.uploads.get('a'))
    expect(after.uploads.get('b')).toBe(changed)
  })

  test('keeps the order as it is while nobody moves', async () => {
    const { store, say } = await followed(appSnapshot(upload('a', 1), upload('b', 2)))
    const { queue } = store.getState()
    say('uploads', { changed: [upload('b', 2, { status: sending(500) })], removed: [] })
    expect(store.getState().queue).toBe(queue)
    say('uploads', { changed: [upload('b', 0, { status: sending(500) })], removed: [] })
    expect(store.getState().queue.items.map(({ ids }) => ids[0])).toEqual(['b', 'a'])
  })

  test('takes removed uploads away', async () => {
    const { store, say } = await followed(appSnapshot(upload('a', 1), upload('b', 2)))
    say('uploads', { changed: [], removed: ['a', 'unknown'] })
    expect([...store.getState().uploads.values()].map(({ id }) => id)).toEqual(['b'])
    expect(store.getState().queue.items).toHaveLength(1)
  })

  test('without content changes nothing', async () => {
    const { store, say } = await followed(appSnapshot(upload('a', 1)))
    const before = store.getState()
    say('uploads', { changed: [], removed: [] })
    expect(store.getState()).toBe(before)
  })
})

describe('uploads that end', () => {
  test('are named once, when they end', async () => {
    const { store, say } = await followed(appSnapshot(upload('a', 1), upload('b', 2)))
    say('uploads', { changed: [upload('a', 1, { status: done }), upload('b', 2, { status: sending(1) })], removed: [] })
    const { ended } = store.getState()
    expect(ended.map(({ id }) => id)).toEqual(['a'])
    say('uploads', { changed: [upload('a', 5, { status: done })], removed: [] })
    expect(store.getState().ended).toBe(ended)
  })

  test('before the window opened are not news', async () => {
    const { store } = await followed(appSnapshot(upload('a', 1, { status: failed })))
    expect(store.getState().ended).toEqual([])
  })
})

describe('the rest of the mirror', () => {
  test('shows notices and the local receiver as they are told', async () => {
    const { store, say } = await followed(appSnapshot())
    say('notices', [{ id: 'n', message: 'Something happened.' }])
    say('localReceiver', { kind: 'starting', directory: '/in' })
    expect(store.getState()).toMatchObject({ notices: [{ id: 'n' }], localReceiver: { kind: 'starting' } })
  })

  test('a receiver that is no longer chosen is absent, not undefined', async () => {
    const { store, say } = await followed(appSnapshot())
    expect(store.getState().receiver).toBe('box:50051')
    say('receiver', {})
    expect(store.getState()).not.toHaveProperty('receiver')
  })
})

test('the rate is taken down while anything is sent', async () => {
  const { store, say } = await followed(appSnapshot(upload('a', 1)))
  recordRate(store, 1000)
  expect(store.getState().rates).toEqual([])
  say('uploads', { changed: [upload('a', 1, { status: sending(1, 50) })], removed: [] })
  recordRate(store, 2000)
  expect(store.getState().rates).toEqual([{ atMs: 2000, bytesPerSecond: 50 }])
})

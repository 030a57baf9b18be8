import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LongshoreApi, UploadSnapshot } from '../../main/contract/contract.ts'
import { createWindowStore, follow } from '../model/store.ts'
import { fakeMainProcess } from '../testing/fake-main-process.ts'
import { appSnapshot, deepFreeze, done, failed, sending, upload } from '../testing/samples.ts'
import { createActions } from './actions.ts'
import { UNDO_MS } from './queue-actions.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function opened(uploads: readonly UploadSnapshot[], answers: Partial<LongshoreApi> = {}) {
  const main = fakeMainProcess(appSnapshot(...uploads), answers)
  const store = createWindowStore()
  store.subscribe(deepFreeze)
  const actions = createActions(main.api, store)
  await follow(main.api, store)
  const commands = () => main.asked.filter(([name]) => name !== 'on' && name !== 'snapshot')
  const listed = () => store.getState().queue.items.flatMap(({ ids }) => ids)
  return { ...main, store, actions, commands, listed }
}

const running = upload('a', 1, { status: sending(10) })
const uploads = [running, upload('b', 2, { status: failed }), upload('c', 3, { status: done }), upload('d', 4)]

describe('removing', () => {
  test('takes rows off at once, stops what runs, and forgets nothing before the time is over', async () => {
    const { actions, commands, listed } = await opened(uploads)
    actions.remove(['a', 'b', 'c', 'unknown'])
    expect(listed()).toEqual(['d'])
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1)
    expect(commands()).toEqual([['pause', ['a']]])
    await vi.advanceTimersByTimeAsync(1)
    const [, cancel, clear] = commands()
    expect([cancel?.[0], new Set(cancel?.[1] as string[])]).toEqual(['cancel', new Set(['a', 'b'])])
    expect([clear?.[0], new Set(clear?.[1] as string[])]).toEqual(['clear', new Set(['a', 'b', 'c'])])
  })

  test('that is undone brings everything back, what ran goes on, and nothing is ever forgotten', async () => {
    const { actions, commands, listed, store, say } = await opened(uploads)
    actions.remove(['a', 'b'])
    say('uploads', { changed: [upload('a', 1, { status: { kind: 'paused', bytesStored: 10 } })], removed: [] })
    actions.undo()
    expect(listed()).toEqual(['a', 'b', 'c', 'd'])
    expect(store.getState().uploads.get('a')?.status.kind).toBe('paused')
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS)
    expect(commands()).toEqual([
      ['pause', ['a']],
      ['resume', ['a']],
    ])
  })

  test('twice is undone one after the other, the latest first', async () => {
    const { actions, listed } = await opened(uploads)
    actions.remove(['b'])
    actions.remove(['c'])
    actions.undo()
    expect(listed()).toEqual(['a', 'c', 'd'])
    actions.undo()
    expect(listed()).toEqual(['a', 'b', 'c', 'd'])
    actions.undo()
  })

  test('that the main process refuses shows the rows again, and why', async () => {
    const { actions, store, listed } = await opened(uploads, { cancel: () => Promise.reject(new Error('Not now.')) })
    actions.remove(['b'])
    await vi.advanceTimersByTimeAsync(UNDO_MS)
    expect(listed()).toEqual(['a', 'b', 'c', 'd'])
    expect(store.getState().problem).toBe('Not now.')
  })

  test('leaves nothing selected', async () => {
    const { actions, store } = await opened(uploads)
    actions.select({ keys: new Set(['b']), anchor: 'b' })
    actions.remove(['b'])
    expect(store.getState().selection.keys.size).toBe(0)
  })
})

describe('commands for many', () => {
  test('go only to those whose state allows it, and to nobody when that is nobody', async () => {
    const { actions, commands } = await opened(uploads)
    actions.pause(['a', 'b', 'c', 'd'])
    actions.retry(['a', 'c'])
    actions.retryFailed()
    actions.pauseOrResume(['a', 'b'])
    expect(commands()).toEqual([
      ['pause', ['a', 'd']],
      ['retry', ['b']],
      ['pause', ['a']],
    ])
  })

  test('clearing what is done can be undone; cancelling all, which asks first, cannot', async () => {
    const { actions, commands, listed } = await opened(uploads)
    actions.clearDone()
    expect(listed()).toEqual(['a', 'b', 'd'])
    actions.undo()
    actions.cancelAll()
    expect(commands().map(([name, ids]) => [name, new Set(ids as string[])])).toEqual([
      ['cancel', new Set(['a', 'b', 'd'])],
    ])
  })
})

test('another filter or search selects nothing', async () => {
  const { actions, store } = await opened(uploads)
  actions.select({ keys: new Set(['b']), anchor: 'b' })
  actions.setFilter('failed')
  expect(store.getState().selection.keys.size).toBe(0)
  expect(store.getState().shown.items).toHaveLength(1)
  actions.showEverything()
  expect(store.getState().shown.items).toHaveLength(4)
})

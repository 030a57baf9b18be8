import { expect, test, vi } from 'vitest'
import type { HistoryPage } from '../../main/contract/history.ts'
import { createWindowStore } from '../model/store.ts'
import { fakeMainProcess } from '../testing/fake-main-process.ts'
import { appSnapshot } from '../testing/samples.ts'
import { createActions } from './actions.ts'

const page = (found: number): HistoryPage => ({ receipts: [], found })

test('an answer that comes after a later question is not shown', async () => {
  const answers: ((page: HistoryPage) => void)[] = []
  const listHistory = () => new Promise<HistoryPage>((resolve) => answers.push(resolve))
  const store = createWindowStore()
  const actions = createActions(fakeMainProcess(appSnapshot(), { listHistory }).api, store)
  actions.searchHistory('a')
  actions.searchHistory('ab')
  answers[1]?.(page(2))
  await vi.waitFor(() => expect(store.getState().history).toEqual(page(2)))
  answers[0]?.(page(1))
  await Promise.resolve()
  expect(store.getState().history).toEqual(page(2))
})

test('how many receipts were written is told, and nothing when the dialog was cancelled', async () => {
  const written = [undefined, 3]
  const store = createWindowStore()
  const exportHistory = async () => written.shift()
  const actions = createActions(fakeMainProcess(appSnapshot(), { exportHistory }).api, store)
  actions.exportHistory('csv', '')
  await vi.waitFor(() => expect(written).toHaveLength(1))
  expect(store.getState()).not.toHaveProperty('exported')
  actions.exportHistory('csv', '')
  await vi.waitFor(() => expect(store.getState().exported).toBe(3))
  actions.showHistory()
  expect(store.getState()).toMatchObject({ sheet: 'history' })
  expect(store.getState()).not.toHaveProperty('exported')
})

test('a history that is cleared is looked up again', async () => {
  const store = createWindowStore()
  const { api, asked } = fakeMainProcess(appSnapshot())
  createActions(api, store).clearHistory()
  await vi.waitFor(() => expect(store.getState().history).toEqual(page(0)))
  expect(asked).toEqual([['clearHistory'], ['listHistory', '']])
})

import { describe, expect, test, vi } from 'vitest'
import type { AppSnapshot, LongshoreApi } from '../../main/contract/contract.ts'
import { createWindowStore, follow } from '../model/store.ts'
import { fakeMainProcess } from '../testing/fake-main-process.ts'
import { appSnapshot, deepFreeze } from '../testing/samples.ts'
import { createActions } from './actions.ts'

async function opened(snapshot: AppSnapshot, answers: Partial<LongshoreApi> = {}) {
  const main = fakeMainProcess(snapshot, answers)
  const store = createWindowStore()
  store.subscribe(deepFreeze)
  const actions = createActions(main.api, store)
  await follow(main.api, store)
  const commands = () => main.asked.filter(([name]) => name !== 'on' && name !== 'snapshot')
  return { ...main, store, actions, commands }
}

const { receiver: _none, ...withoutReceiver } = appSnapshot()
const file = new File(['x'], 'a.bin')
const other = new File(['y'], 'b.bin')

describe('adding', () => {
  test('hands dropped files to the main process', async () => {
    const { actions, commands } = await opened(appSnapshot())
    actions.addDropped([file])
    expect(commands()).toEqual([['addDropped', [file]]])
  })

  test('collects what was skipped until it is dismissed', async () => {
    const skipped = [{ name: 'pipe', message: 'is not a file.' }]
    const { actions, store } = await opened(appSnapshot(), { chooseFiles: async () => ({ added: 1, skipped }) })
    actions.addFiles()
    actions.addFiles()
    await vi.waitFor(() => expect(store.getState().skipped).toEqual([...skipped, ...skipped]))
    actions.dismissSkipped()
    expect(store.getState().skipped).toEqual([])
  })

  test('without a receiver opens no dialog and asks for one', async () => {
    const { actions, store, commands } = await opened(withoutReceiver)
    actions.addFolder()
    expect(commands()).toEqual([])
    expect(store.getState().receiverMissing).toBeDefined()
  })

  test('files dropped before there is a receiver are queued, once, when there is one', async () => {
    const { actions, store, commands, say } = await opened(withoutReceiver)
    actions.addDropped([file])
    actions.addDropped([other])
    expect(store.getState().heldFiles).toEqual([file, other])
    say('receiver', { receiver: 'box:50051' })
    say('receiver', { receiver: 'other:50051' })
    expect(commands()).toEqual([['addDropped', [file, other]]])
    expect(store.getState().heldFiles).toEqual([])
    expect(store.getState()).not.toHaveProperty('receiverMissing')
  })
})

test('a refused command is shown until dismissed', async () => {
  const { actions, store } = await opened(appSnapshot(), {
    reveal: () => Promise.reject(new Error('The file is gone.')),
  })
  actions.reveal('a')
  await vi.waitFor(() => expect(store.getState().problem).toBe('The file is gone.'))
  actions.dismissProblem()
  expect(store.getState()).not.toHaveProperty('problem')
})

test('a row opens and closes', async () => {
  const { actions, store } = await opened(appSnapshot())
  actions.toggleRow('folder f')
  expect([...store.getState().openRows]).toEqual(['folder f'])
  actions.toggleRow('folder f')
  expect([...store.getState().openRows]).toEqual([])
})

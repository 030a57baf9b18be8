import { expect, test, vi } from 'vitest'
import type { LongshoreApi } from '../../main/contract/contract.ts'
import { createActions } from '../actions/actions.ts'
import { fakeMainProcess } from '../testing/fake-main-process.ts'
import { appSnapshot } from '../testing/samples.ts'
import { afterOffer, asBusy, beginAdding, withTyped } from './adding-receiver.ts'
import { createWindowStore, follow } from './store.ts'

const needsCode = { kind: 'needs-code', address: 'nas:1', fingerprint: 'sha256:00', code: 'ABCD' } as const
const refused = (reason: string) => ({ kind: 'refused', reason, message: 'No.' }) as const

test('a step keeps what was typed, forgets a problem with the next key, and counts wrong codes', () => {
  const code = afterOffer(beginAdding('nas'), needsCode)
  expect(code).toEqual({
    step: 'code',
    address: 'nas:1',
    fingerprint: 'sha256:00',
    typed: 'ABCD',
    tries: 0,
    busy: false,
  })
  if (code === undefined) return expect.unreachable()
  const wrong = afterOffer(asBusy(code), refused('WRONG_CODE'))
  expect(wrong).toMatchObject({ step: 'code', typed: 'ABCD', tries: 1, busy: false, problem: { reason: 'WRONG_CODE' } })
  if (wrong === undefined) return expect.unreachable()
  expect(afterOffer(wrong, refused('UNREACHABLE'))).toMatchObject({ tries: 1 })
  expect(withTyped(wrong, 'X')).toMatchObject({ typed: 'X', tries: 1 })
  expect(withTyped(wrong, 'X')).not.toHaveProperty('problem')
  expect(afterOffer(wrong, { kind: 'chosen', id: 'a' })).toBeUndefined()
})

test('a red stop is no question: nothing is typed, asked or answered there', () => {
  const stop = afterOffer(beginAdding(), {
    kind: 'other-identity',
    address: 'a:1',
    expected: 'x',
    presented: 'y',
    known: 'k',
  })
  expect(stop).toEqual({ step: 'other-identity', address: 'a:1', expected: 'x', presented: 'y', known: 'k' })
  if (stop === undefined) return expect.unreachable()
  expect([withTyped(stop, 'x'), asBusy(stop), afterOffer(stop, refused('WRONG_CODE'))]).toEqual([stop, stop, stop])
})

async function opened(answers: Partial<LongshoreApi>) {
  const main = fakeMainProcess(appSnapshot(), answers)
  const store = createWindowStore()
  const actions = createActions(main.api, store)
  await follow(main.api, store)
  return { ...main, store, actions }
}

test('the dialog leads from an address to a code, and closes when the receiver is chosen', async () => {
  const { actions, store } = await opened({
    beginReceiver: async () => needsCode,
    pairReceiver: async () => ({ kind: 'chosen', id: 'nas' }),
  })
  actions.addReceiver('nas')
  actions.submitReceiver()
  expect(store.getState().adding).toMatchObject({ step: 'address', busy: true })
  await vi.waitFor(() => expect(store.getState().adding).toMatchObject({ step: 'code' }))
  actions.submitReceiver()
  await vi.waitFor(() => expect(store.getState()).not.toHaveProperty('adding'))
})

test('an answer to a dialog that was closed meanwhile opens nothing', async () => {
  let answer: (offer: typeof needsCode) => void = () => expect.unreachable()
  const { actions, store } = await opened({
    beginReceiver: () =>
      new Promise((resolve) => {
        answer = resolve
      }),
  })
  actions.addReceiver('nas')
  actions.submitReceiver()
  actions.stopAdding()
  answer(needsCode)
  await Promise.resolve()
  expect(store.getState()).not.toHaveProperty('adding')
})

test('sending without encryption is asked for only from the step that warns of it', async () => {
  const { actions, asked } = await opened({})
  actions.addReceiver('nas')
  actions.acceptPlaintext()
  expect(asked.some(([name]) => name === 'addPlaintextReceiver')).toBe(false)
})

test('a link from outside fills in the dialog and asks nothing', async () => {
  const { store, say, asked } = await opened({})
  say('openedLink', 'longshore://nas:1/')
  expect(store.getState().adding).toEqual(beginAdding('longshore://nas:1/'))
  expect(asked.some(([name]) => name === 'beginReceiver')).toBe(false)
})

test('a code is made when the sheet is opened without one, and not when one is still good', async () => {
  const { actions, say, asked } = await opened({})
  const on = { kind: 'on', directory: '/in', address: 'desk:1', filesReceived: 0, incoming: [], devices: [] } as const
  const made = () => asked.filter(([name]) => name === 'inviteDevice').length
  say('localReceiver', on)
  actions.showInvitation()
  expect(made()).toBe(1)
  say('localReceiver', { ...on, invitation: { link: 'l', code: 'c', expiresAtMs: Date.now() + 60_000 } })
  actions.showInvitation()
  expect(made()).toBe(1)
  say('localReceiver', { ...on, invitation: { link: 'l', code: 'c', expiresAtMs: Date.now() - 1 } })
  actions.showInvitation()
  expect(made()).toBe(2)
})

test('every receiver is asked for its room when their sheet is opened, and one that does not tell is said not to', async () => {
  const receivers = ['nas:1', 'attic:1', 'old:1'].map(
    (address) => ({ id: address, name: address, address, standing: { kind: 'good' } }) as const,
  )
  const rooms: Record<string, () => Promise<number | undefined>> = {
    'nas:1': async () => 5000,
    'attic:1': async () => undefined,
    'old:1': () => Promise.reject(new Error('Forgotten meanwhile.')),
  }
  const { store, actions, say } = await opened({ freeBytesOn: (id) => rooms[id]?.() ?? Promise.resolve(undefined) })
  say('receivers', receivers)
  actions.openSheet('devices')
  expect(store.getState().freeBytes).toBeUndefined()
  actions.openSheet('receivers')
  expect(store.getState().freeBytes).toEqual({})
  await expect
    .poll(() => store.getState().freeBytes)
    .toEqual({ 'nas:1': 5000, 'attic:1': 'not told', 'old:1': 'not told' })
})

import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { KnownDevice } from '../devices/known-device.ts'
import type { Held } from '../store/chunk-store.ts'
import { STEP_BYTES } from './quota-item.ts'
import { Quotas } from './quotas.ts'

type Folders = Record<string, readonly Held[]>

/** Folders that the test fills; a walk stops where it is told to, and tells how many walk at once. */
function storeOf(folders: Folders) {
  let walking = 0
  const seen = { walks: 0, most: 0, isHeld: false }
  return {
    seen,
    async *heldBelow(path: readonly string[], signal: AbortSignal): AsyncGenerator<Held> {
      seen.walks++
      for (const held of folders[path.join('/')] ?? []) {
        walking++
        seen.most = Math.max(seen.most, walking)
        await setImmediate()
        walking--
        while (seen.isHeld && !signal.aborted) await setImmediate()
        signal.throwIfAborted()
        yield held
      }
    },
  }
}

function quotasOf(folders: Folders, devices: readonly Pick<KnownDevice, 'folder' | 'quotaBytes'>[]) {
  const store = storeOf(folders)
  const quotas = new Quotas(store)
  const known = new Map(
    devices.map((device, index) => [`${index}`, { id: `${index}`, name: '', mayOverwrite: true, ...device }]),
  )
  let all: ReadonlyMap<string, KnownDevice> = known
  quotas.follow(() => all)
  return {
    quotas,
    store,
    change(device: string, rights: Partial<KnownDevice> | undefined) {
      const before = known.get(device)
      if (rights && before) known.set(device, { ...before, ...rights })
      else known.delete(device)
      all = new Map(known)
    },
  }
}

const files = (count: number): Held[] => Array.from({ length: count }, () => ({ kind: 'file', sizeBytes: 1 }))
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'OK',
    ({ code }) => code,
  )
const steps = (count: number) => count * STEP_BYTES

test('where several devices have a quota on one folder, the smallest holds, until its device is revoked', async () => {
  const { quotas, change } = quotasOf({}, [
    { folder: ['a'], quotaBytes: steps(5) },
    { folder: ['A'], quotaBytes: steps(2) },
  ])
  expect(await refusal(quotas.reserve('x', ['a', 'x'], steps(3)))).toBe('QUOTA')
  change('1', undefined)
  expect(await refusal(quotas.reserve('x', ['a', 'x'], steps(3)))).toBe('OK')
  expect(await quotas.leftBytes({ id: '', name: '', mayOverwrite: true, folder: ['a', 'b'] })).toBe(steps(2))
})

test('what is reserved stays so, and is not when a quota was lowered or given since', async () => {
  const { quotas, change } = quotasOf({}, [{ folder: ['a'], quotaBytes: steps(5) }, { folder: ['a', 'b'] }])
  await quotas.reserve('x', ['a', 'b', 'x'], steps(3))
  expect(quotas.isReserved('x', ['a', 'b', 'x'], steps(3))).toBe(true)
  for (const other of [
    ['a', 'c', 'x'],
    ['b', 'x'],
  ])
    expect(quotas.isReserved('x', other, steps(3))).toBe(false)
  expect(quotas.isReserved('x', ['a', 'b', 'x'], steps(4))).toBe(false)
  change('0', { quotaBytes: steps(4) })
  expect(quotas.isReserved('x', ['a', 'b', 'x'], steps(3))).toBe(false)
  await quotas.reserve('x', ['a', 'b', 'x'], steps(3))
  change('1', { quotaBytes: steps(2) })
  expect(quotas.isReserved('x', ['a', 'b', 'x'], steps(3))).toBe(false)
  expect(await refusal(quotas.reserve('x', ['a', 'b', 'x'], steps(3)))).toBe('QUOTA')
})

test('folders that many need are counted once, and no more when the last of them comes to nothing', async () => {
  const { quotas } = quotasOf({ a: [{ kind: 'folder', path: ['there'] }] }, [{ folder: ['a'], quotaBytes: steps(10) }])
  const device = { id: '', name: '', mayOverwrite: true, folder: ['a'] }
  const left = async () => (await quotas.leftBytes(device)) / STEP_BYTES
  await quotas.reserve('x', ['a', 'there', 'x'], 0)
  expect(await left()).toBe(8)
  for (const id of ['1', '2', '3']) await quotas.reserve(id, ['a', 'new', 'deep', id], 0)
  expect(await left()).toBe(3)
  expect(await quotas.makingFolder(['a', 'new', 'deep'], async () => 'made')).toBe('made')
  expect(await left()).toBe(3)
  for (const id of ['1', '2', '3']) quotas.release(id)
  expect(await left()).toBe(6)
  expect(await refusal(quotas.makingFolder(['a', 'p', 'q', 'r', 's', 't', 'u', 'v'], async () => 'made'))).toBe('QUOTA')
  const broken = quotas.makingFolder(['a', 'p'], () => Promise.reject(new Error('no disk')))
  await expect(broken).rejects.toThrow('no disk')
  expect(await left()).toBe(6)
})

test('one folder is looked at at a time, and a large one does not keep a small one waiting', async () => {
  const { quotas, store } = quotasOf({ large: files(20_000), small: files(3) }, [
    { folder: ['large'], quotaBytes: steps(30_000) },
    { folder: ['small'], quotaBytes: steps(9) },
  ])
  let isLargeDone = false
  const large = quotas.reserve('x', ['large', 'x'], 1).then(() => {
    isLargeDone = true
  })
  await quotas.reserve('y', ['small', 'y'], 1)
  expect(isLargeDone).toBe(false)
  await large
  expect(store.seen.most).toBe(1)
})

test('a receiver that closes stops measuring, and tells whoever waits', async () => {
  const { quotas, store } = quotasOf({ a: files(3) }, [{ folder: ['a'], quotaBytes: steps(9) }])
  store.seen.isHeld = true
  const waiting = refusal(quotas.reserve('x', ['a', 'x'], 1))
  await setImmediate()
  await quotas.close()
  expect(await waiting).toBe('DRAINING')
  expect(await refusal(quotas.reserve('y', ['a', 'y'], 1))).toBe('DRAINING')
})

test('who cannot be refused is measured for nobody', async () => {
  const { quotas, store } = quotasOf({ a: files(3) }, [{ folder: ['a'], quotaBytes: steps(9) }])
  expect(await refusal(quotas.reserve('x', ['b', 'x'], steps(1000)))).toBe('OK')
  expect(store.seen.walks).toBe(0)
})

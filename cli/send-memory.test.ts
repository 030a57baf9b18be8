import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ResumeRecord } from '../main/engine/engine.ts'
import { openSendMemory } from './send-memory.ts'
import { UsageError } from './usage-error.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'longshore-memory-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const record: ResumeRecord = {
  id: 'u1',
  uploadKey: 'key-of-the-first-run',
  source: '/a/film.mov',
  identity: { sizeBytes: 5, modifiedAtMs: 7, inode: '9' },
  path: ['film.mov'],
  receiver: 'box:50051',
  onConflict: 'keep-both',
  rank: 1,
}
const command = { to: 'box:50051', paths: ['film.mov'] }

test('the same command finds the keys of what it did not finish', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const second = openSendMemory(state, command)
  expect(second.begunBefore(record)?.uploadKey).toBe('key-of-the-first-run')
  expect(second.begunBefore({ ...record, identity: { sizeBytes: 6, modifiedAtMs: 7, inode: '9' } })).toBeUndefined()
  await second.close()
  const other = openSendMemory(state, { ...command, to: 'elsewhere:1' })
  expect(other.begunBefore(record)).toBeUndefined()
  await other.close()
})

test('a run that ends before it has queued anything forgets nothing', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  await openSendMemory(state, command).close()
  const third = openSendMemory(state, command)
  expect(third.begunBefore(record)?.uploadKey).toBe('key-of-the-first-run')
  await third.close()
})

test('when everything is finished nothing is left behind', async () => {
  const memory = openSendMemory(state, command)
  await memory.store.put([record])
  await memory.store.remove(['u1'])
  await memory.close()
  expect(readdirSync(join(state, 'sends'))).toEqual([])
})

test('the same command twice at once is refused, and a lock of a dead process is not in the way', async () => {
  const first = openSendMemory(state, command)
  expect(() => openSendMemory(state, command)).toThrow(UsageError)
  await first.close()
  const [file] = [readdirSync(join(state, 'sends'))]
  expect(file).toEqual([])
  const again = openSendMemory(state, command)
  const lock = readdirSync(join(state, 'sends')).find((name) => name.endsWith('.lock')) as string
  await again.close()
  writeFileSync(join(state, 'sends', lock), JSON.stringify({ pid: 999_999_999 }))
  await openSendMemory(state, command).close()
})

test('a damaged memory is set aside, not lost and not believed', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const file = readdirSync(join(state, 'sends'))[0] as string
  writeFileSync(join(state, 'sends', file), '[{"source": "/a/fi')
  const second = openSendMemory(state, command)
  expect(second.begunBefore(record)).toBeUndefined()
  await second.close()
  expect(readdirSync(join(state, 'sends')).some((name) => name.includes('.corrupt-'))).toBe(true)
})

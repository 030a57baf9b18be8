import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandbox } from '../fixtures/receiving.ts'
import { readOrMakeReceiverId } from './receiver-id.ts'

test('nodes that start at the same moment agree on one id, and so do all later starts', async () => {
  const folder = await sandbox()
  const ids = await Promise.all(Array.from({ length: 20 }, () => readOrMakeReceiverId(folder)))
  expect(new Set(ids).size).toBe(1)
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(await readOrMakeReceiverId(folder)).toBe(ids[0])
  expect(await readdir(folder)).toEqual(['receiver-id'])
})

test('what is no id is replaced by one', async () => {
  const folder = await sandbox()
  await writeFile(join(folder, 'receiver-id'), 'half an i')
  const id = await readOrMakeReceiverId(folder)
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect(await readOrMakeReceiverId(folder)).toBe(id)
})

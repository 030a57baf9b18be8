import { expect, test } from 'vitest'
import { itemsOf, newBatchId } from './sent-together.ts'

const a = { source: '/cam1/clip.mov', path: ['clip.mov'] }
const b = { source: '/cam2/clip.mov', path: ['clip.mov'] }

test('each source of a batch has an id of its own, which is the same when the batch is gone on with', () => {
  const batchId = newBatchId()
  const items = itemsOf(batchId, [a, b, a])
  expect(new Set(items.map(({ sourceId }) => sourceId)).size).toBe(3)
  expect(
    itemsOf(batchId, [b, a, a])
      .map(({ sourceId }) => sourceId)
      .sort(),
  ).toEqual(items.map(({ sourceId }) => sourceId).sort())
  for (const { sourceId } of items) expect(sourceId).toMatch(/^[0-9a-f]{32}$/)
})

test('in a later batch the same source has the same id', () => {
  const [one] = itemsOf(newBatchId(), [a])
  const [other] = itemsOf(newBatchId(), [b, a]).slice(1)
  expect(one?.batchId).not.toBe(other?.batchId)
  expect(one?.sourceId).toBe(other?.sourceId)
})

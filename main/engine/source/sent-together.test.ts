import { expect, test } from 'vitest'
import { itemsOf, newBatchId, ownPath } from './sent-together.ts'

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

const pathsOf = (paths: readonly string[], before: readonly (number | undefined)[] = []): string[] => {
  const entries = paths.map((path, index) => {
    const sameName = before[index]
    const item = { batchId: 'b', sourceId: 's', ...(sameName !== undefined && sameName > 1 && { sameName }) }
    return {
      source: `/from/${index}/${path}`,
      path: path.split('/'),
      begunBefore: sameName === undefined ? undefined : { batch: item },
    }
  })
  return itemsOf(newBatchId(), entries).map((item, index) => ownPath(entries[index]?.path ?? [], item).join('/'))
}

test('equal paths of a batch are numbered in their order, also where only a receiver takes them for equal', () => {
  expect(pathsOf(['clip.mov', 'clip.mov', 'CLIP.mov', 'a/clip.mov', 'é', 'e\u0301', '.rc', '.rc'])).toEqual([
    'clip.mov',
    'clip (2).mov',
    'CLIP (3).mov',
    'a/clip.mov',
    'é',
    'e\u0301 (2)',
    '.rc',
    '.rc (2)',
  ])
})

test('a number never takes the name of another source, or of a folder', () => {
  expect(pathsOf(['a.b', 'a.b', 'a (2).b', 'x', 'x/y'])).toEqual(['a.b', 'a (3).b', 'a (2).b', 'x (2)', 'x/y'])
})

test('what had its name before keeps it, whatever is added or gone', () => {
  expect(pathsOf(['a', 'a', 'a'], [undefined, 2, undefined])).toEqual(['a', 'a (2)', 'a (3)'])
  expect(pathsOf(['a', 'a'], [undefined, 1])).toEqual(['a (2)', 'a'])
  expect(pathsOf(['a', 'a'], [1, 1])).toEqual(['a', 'a (2)'])
})

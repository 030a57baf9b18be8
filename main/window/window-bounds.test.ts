import { expect, test } from 'vitest'
import { onScreen } from './window-bounds.ts'

const left = { x: 0, y: 0, width: 1920, height: 1080 }
const right = { x: 1920, y: 0, width: 1280, height: 1024 }
const at = (x: number, y: number) => ({ x, y, width: 900, height: 640 })

test('a window opens where it was left, on any screen', () => {
  expect(onScreen(at(100, 100), [left])).toEqual(at(100, 100))
  expect(onScreen(at(2500, 200), [left, right])).toEqual(at(2500, 200))
  expect(onScreen(at(-800, 0), [left])).toEqual(at(-800, 0))
})

test('a window whose place is gone keeps its size only', () => {
  const sizeOnly = { width: 900, height: 640 }
  expect(onScreen(at(2500, 200), [left])).toEqual(sizeOnly)
  expect(onScreen(at(-850, 0), [left])).toEqual(sizeOnly)
  expect(onScreen(at(100, 1050), [left])).toEqual(sizeOnly)
  expect(onScreen(at(100, -300), [left])).toEqual(sizeOnly)
  expect(onScreen(at(0, 0), [])).toEqual(sizeOnly)
})

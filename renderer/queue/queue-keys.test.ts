import { expect, test } from 'vitest'
import { keyIntent, windowKeyIntent } from './queue-keys.ts'

test('arrows walk and select, with Shift they extend, with Ctrl or Command they only walk', () => {
  expect(keyIntent({ key: 'ArrowDown' })).toEqual({ kind: 'go', by: 1, selecting: 'plain' })
  expect(keyIntent({ key: 'End', shiftKey: true })).toEqual({ kind: 'go', by: 'last', selecting: 'extend' })
  expect(keyIntent({ key: 'ArrowUp', metaKey: true })).toEqual({ kind: 'go', by: -1, selecting: 'keep' })
})

test('with Alt, up and down move the row, and nothing else means anything', () => {
  expect(keyIntent({ key: 'ArrowUp', altKey: true })).toEqual({ kind: 'move', direction: 'up' })
  expect(keyIntent({ key: 'ArrowLeft', altKey: true })).toBeUndefined()
  expect(keyIntent({ key: 'Delete', altKey: true })).toBeUndefined()
})

test('space, Enter, R and Delete act; a key that only looks like one does not', () => {
  expect(keyIntent({ key: ' ' })).toEqual({ kind: 'pause-or-resume' })
  expect(keyIntent({ key: 'Delete' })).toEqual({ kind: 'remove' })
  expect(keyIntent({ key: 'r' })).toEqual({ kind: 'retry' })
  expect(keyIntent({ key: 'r', ctrlKey: true })).toBeUndefined()
  expect(keyIntent({ key: 'Delete', shiftKey: true })).toBeUndefined()
  expect(keyIntent({ key: 'x' })).toBeUndefined()
})

test('anywhere in the window, keys undo, search and help', () => {
  expect(windowKeyIntent({ key: 'z', ctrlKey: true })).toBe('undo')
  expect(windowKeyIntent({ key: 'Z', ctrlKey: true, shiftKey: true })).toBeUndefined()
  expect(windowKeyIntent({ key: 'f', metaKey: true })).toBe('search')
  expect(windowKeyIntent({ key: '?', shiftKey: true })).toBe('keys')
  expect(windowKeyIntent({ key: 'Escape' })).toBe('select-none')
  expect(windowKeyIntent({ key: 'z' })).toBeUndefined()
})

import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { strict, strictEmitter, unimplemented } from './unimplemented.ts'

class Counter extends strictEmitter('counter') {
  #count = 0
  next(): number {
    return ++this.#count
  }
}

test('reading a member that is not there throws with its whole name', () => {
  const shell = strict('shell', { beep: () => 'beep' })
  expect(shell.beep()).toBe('beep')
  expect(() => Reflect.get(shell, 'trashItem')).toThrow(
    'electron.shell.trashItem is not implemented in the Chromium host',
  )
})

test('emitters stay emitters, with private fields, and throw for the rest', () => {
  const counter = new Counter()
  const heard: number[] = []
  counter.on('tick', (value) => heard.push(value))
  counter.emit('tick', counter.next())
  expect(heard).toEqual([1])
  expect(counter).toBeInstanceOf(EventEmitter)
  expect(() => Reflect.get(counter, 'reset')).toThrow('electron.counter.reset is not implemented in the Chromium host')
})

test('what the language asks of every object is answered: no', async () => {
  const counter = new Counter()
  expect(await counter).toBe(counter)
  expect(JSON.stringify(strict('x', { a: 1 }))).toBe('{"a":1}')
})

test('an absent module can be imported, but neither read, called nor constructed', () => {
  const absent = unimplemented('autoUpdater') as (new () => object) & (() => void)
  expect(() => Reflect.get(absent, 'checkForUpdates')).toThrow(
    'electron.autoUpdater.checkForUpdates is not implemented',
  )
  expect(() => absent()).toThrow('electron.autoUpdater is not implemented')
  expect(() => new absent()).toThrow('electron.autoUpdater is not implemented')
})

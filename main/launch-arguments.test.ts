import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLaunchArguments } from './launch-arguments.ts'

let directory: string
let appPath: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'launch-'))
  appPath = join(directory, 'app')
  mkdirSync(appPath)
  writeFileSync(join(directory, 'film.mov'), '')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('files that exist are added, relative to where the command was given', () => {
  const film = join(directory, 'film.mov')
  expect(readLaunchArguments(['longshore', 'film.mov', film, 'missing.mov'], directory, appPath).paths).toEqual([
    film,
    film,
  ])
})

test('neither the program, nor the folder of the app, nor any switch is a file to add', () => {
  const argv = [join(directory, 'film.mov'), '--inspect=0', 'app', '', '--receive-here']
  expect(readLaunchArguments(argv, directory, appPath)).toEqual({ paths: [], receiveHere: true, hidden: false })
})

test('a pairing link is kept as it is, and is no file', () => {
  const link = 'longshore://nas:50051/?code=ABCD'
  expect(readLaunchArguments(['longshore', link, 'film.mov'], directory, appPath)).toEqual({
    paths: [join(directory, 'film.mov')],
    link,
    receiveHere: false,
    hidden: false,
  })
})

test('only a start at login asks for no window', () => {
  expect(readLaunchArguments(['longshore', '--hidden'], directory, appPath).hidden).toBe(true)
})

test('without the switch nothing asks to receive', () => {
  expect(readLaunchArguments(['longshore'], directory, appPath).receiveHere).toBe(false)
})

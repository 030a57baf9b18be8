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

test.each([
  ['alone', []],
  ['before paths and switches', ['film.mov', '/etc', '--receive-here', '--hidden', '--no-sandbox']],
  ['before other links', ['longshore://other:1/', 'longshore:film.mov', '--', 'film.mov']],
])('a link is taken as it is, and nothing that comes with it: %s', (_how, more) => {
  const link = 'longshore://nas:50051/?code=ABCD'
  const only = { paths: [], link, receiveHere: false, hidden: false }
  expect(readLaunchArguments(['longshore', link, ...more], directory, appPath)).toEqual(only)
  const around = ['longshore', '--lang=de', appPath, ...more.filter((text) => !text.startsWith('longshore:')), link]
  expect(readLaunchArguments(around, directory, appPath)).toEqual(only)
})

test('what only begins like a link is one, so that nothing beside it is taken either', () => {
  const given = ['longshore', 'longshore:x', 'film.mov']
  expect(readLaunchArguments(given, directory, appPath)).toMatchObject({ link: 'longshore:x', paths: [] })
})

test('behind -- nothing is a switch, and a path that looks like one is a path', () => {
  writeFileSync(join(directory, '--hidden'), '')
  writeFileSync(join(directory, '-rf'), '')
  expect(readLaunchArguments(['longshore', 'film.mov', '--', '--hidden', '-rf', 'none'], directory, appPath)).toEqual({
    paths: ['film.mov', '--hidden', '-rf'].map((name) => join(directory, name)),
    receiveHere: false,
    hidden: false,
  })
  expect(readLaunchArguments(['longshore', '-rf', './-rf'], directory, appPath).paths).toEqual([join(directory, '-rf')])
})

test('only a start at login asks for no window', () => {
  expect(readLaunchArguments(['longshore', '--hidden'], directory, appPath).hidden).toBe(true)
})

test('without the switch nothing asks to receive', () => {
  expect(readLaunchArguments(['longshore'], directory, appPath).receiveHere).toBe(false)
})

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openSettingsIn } from '../testing/open-settings.ts'
import { defaultPreferences } from './preference-checks.ts'
import { parseSettings, settingsFormat } from './settings.ts'

const defaults = {
  ...defaultPreferences('linux'),
  receivingFolder: '/downloads/Longshore',
  discovery: true,
  onConflict: 'ask',
}

let directory: string
let receivers: (string | undefined)[]
let told: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-'))
  receivers = []
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open(defaultReceivingFolder = '/downloads/Longshore') {
  return openSettingsIn(directory, {
    notify: (message) => told.push(message),
    onReceiver: (receiver) => receivers.push(receiver),
    defaultReceivingFolder,
  })
}

test('before anything was decided there are only the defaults', () => {
  expect(open().get()).toEqual(defaults)
})

test('a change holds at once, is told, and is there in the next run', () => {
  const settings = open()
  settings.change({ receiver: 'nas:50051', receiveHere: false })
  expect(settings.get().receiver).toBe('nas:50051')
  expect(receivers).toEqual(['nas:50051'])
  settings.flush()
  expect(open().get()).toEqual({ ...defaults, receiver: 'nas:50051', receiveHere: false })
})

test('a default is not written down, so that it may be another one in the next run', () => {
  const settings = open()
  settings.change({ receiveHere: true })
  settings.flush()
  expect(JSON.parse(readFileSync(join(directory, 'settings.json'), 'utf8'))).toEqual({
    receiveHere: true,
    version: settingsFormat.version,
    writtenBy: '0.1.0',
  })
  expect(open('/elsewhere').get().receivingFolder).toBe('/elsewhere')
})

test('[G8] a change that cannot be saved holds for this run, and the person is told', async () => {
  const settings = open()
  rmSync(directory, { recursive: true })
  writeFileSync(directory, 'a file where the folder was')
  settings.change({ receiveHere: true })
  settings.flush()
  await vi.waitFor(() => expect(told).toEqual([expect.stringMatching(/^The settings could not be saved: /)]))
  settings.change({ receiveHere: false })
  settings.flush()
  await vi.waitFor(() => expect(told).toHaveLength(2))
  expect(new Set(told).size, 'the same sentence, which the window shows once').toBe(1)
  expect(settings.get().receiveHere).toBe(false)
})

test('one unsound setting does not take the others with it', () => {
  writeFileSync(join(directory, 'settings.json'), '{"receiver":7,"receiveHere":true}')
  expect(open().get()).toEqual({ ...defaults, receiveHere: true })
  expect(told).toHaveLength(1)
})

test.each([
  ['receiver', ['nas:1', 'this-computer', `sha256:${'0'.repeat(64)}`], ['', 'x'.repeat(301), 7, null]],
  ['plainReceiver', ['nas:1', '[::1]:50051'], ['', 'nas', 'http://nas', 'this-computer', 7, null]],
  ['receiveHere', [true, false], ['yes', 1, null]],
  ['discovery', [true, false], ['yes', 0, null]],
  ['theme', ['system', 'light', 'dark'], ['blue', true, null]],
  ['language', ['system', 'en', 'zh-CN'], ['de', 'constructor', 1]],
  ['filesAtOnce', [1, 4, 16], [0, 17, 1.5, '4', null]],
  ['tray', [true, false], ['yes', 0, null]],
  ['afterDone', ['nothing', 'sleep', 'quit'], ['explode', false]],
  [
    'timetable',
    [
      { days: [1, 2], fromMinute: 0, toMinute: 1439 },
      { days: [0], fromMinute: 5, toMinute: 5, bytesPerSecond: 10_000 },
    ],
    [
      { days: [], fromMinute: 0, toMinute: 1 },
      { days: [7], fromMinute: 0, toMinute: 1 },
      { days: [1, 1], fromMinute: 0, toMinute: 1 },
      { days: [1], fromMinute: 0, toMinute: 1440 },
      { days: [1], fromMinute: 0.5, toMinute: 1 },
      { days: [1], fromMinute: 0, toMinute: 1, bytesPerSecond: 9_999 },
      { days: [1], fromMinute: 0, toMinute: 1, more: 1 },
      'always',
      null,
    ],
  ],
  ['receivingFolder', ['/data'], ['data', '', '/da\0ta', 7]],
  ['lastFolder', ['/data'], ['../data', null]],
  [
    'windowBounds',
    [{ x: -5, y: 0, width: 900, height: 640 }],
    [{ x: 0, y: 0, width: 0, height: 1 }, { x: 0, y: 0 }, [], 'big'],
  ],
])('%s takes %j and refuses %j', (name, sound, unsound) => {
  for (const value of sound)
    expect(parseSettings({ [name]: value })).toEqual({ value: { [name]: value }, rejectedParts: 0 })
  for (const value of unsound) expect(parseSettings({ [name]: value })).toEqual({ value: {}, rejectedParts: 1 })
})

test('[G12] the settings of every earlier version are taken over, and its receiver told apart as one without encryption', () => {
  const fixture = join(import.meta.dirname, '../fixtures/version-1/settings.json')
  copyFileSync(fixture, join(directory, 'settings.json'))
  const { version: _, ...decided } = JSON.parse(readFileSync(fixture, 'utf8'))
  expect(open().get()).toEqual({
    ...defaults,
    ...decided,
    plainReceiver: decided.receiver,
  })
  expect(told).toEqual([])
})

test('the receiver on this computer was never one to be told apart', () => {
  writeFileSync(join(directory, 'settings.json'), '{"receiver":"this-computer"}')
  expect(open().get()).toEqual({ ...defaults, receiver: 'this-computer' })
})

test('a decision that is taken back is gone, and told', () => {
  const settings = open()
  settings.change({ receiver: 'nas:1' })
  settings.change({ receiver: undefined })
  settings.flush()
  expect(settings.get()).not.toHaveProperty('receiver')
  expect(receivers).toEqual(['nas:1', undefined])
  expect(open().get()).not.toHaveProperty('receiver')
})

test('what happens once all is sent is forgotten with the run, unless the person says that it holds for good', () => {
  const settings = open()
  settings.change({ afterDone: 'sleep' })
  settings.flush()
  expect(settings.get().afterDone).toBe('sleep')
  expect(open().get().afterDone).toBe('nothing')
  settings.change({ keepAfterDone: true })
  settings.flush()
  expect(open().get()).toMatchObject({ afterDone: 'sleep', keepAfterDone: true })
})

test('an app stays in the tray by itself only where a tray is sure to be seen', () => {
  expect(['linux', 'darwin', 'win32'].map((system) => defaultPreferences(system as NodeJS.Platform).tray)).toEqual([
    false,
    true,
    true,
  ])
})

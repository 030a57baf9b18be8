import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { openSettingsIn } from '../testing/open-settings.ts'
import { createPreferenceCommands, preferencesOf } from './preference-commands.ts'

function commandsWith(isOnAtLogin: boolean | undefined) {
  const directory = tempDir()
  const asked: unknown[][] = []
  const settings = openSettingsIn(directory, { notify: (message) => asked.push(['notify', message]) })
  const loginItem = { isOn: () => isOnAtLogin, set: (on: boolean) => void asked.push(['startAtLogin', on]) }
  const { commands, onDecided } = createPreferenceCommands({
    settings,
    loginItem,
    discover: (on) => asked.push(['discover', on]),
  })
  onDecided(() => asked.push(['apply']))
  onDecided((preferences) => asked.push(['changed', preferences.theme, preferences.tray]))
  return { commands, asked, settings, loginItem }
}

test('how the app behaves is decided piece by piece, holds at once, is told and is kept', () => {
  const { commands, asked, settings } = commandsWith(undefined)
  const office = { days: [1], fromMinute: 480, toMinute: 1080, bytesPerSecond: 20_000 }
  commands.setPreferences({ theme: 'dark', tray: true })
  commands.setTimetable(office)
  expect(settings.get()).toMatchObject({ theme: 'dark', tray: true, keepAwake: true, timetable: office })
  expect(asked).toEqual([['apply'], ['changed', 'dark', true], ['apply'], ['changed', 'dark', true]])
  commands.setTimetable(undefined)
  expect(settings.get()).not.toHaveProperty('timetable')
})

test('starting at login is kept by the system, and not offered where it cannot', () => {
  const { commands, asked, settings, loginItem } = commandsWith(true)
  commands.setStartAtLogin(true)
  expect(asked[0]).toEqual(['startAtLogin', true])
  expect(settings.get()).not.toHaveProperty('startAtLogin')
  expect(preferencesOf(settings, loginItem).startAtLogin).toBe(true)
  expect(preferencesOf(settings, { isOn: () => undefined })).not.toHaveProperty('startAtLogin')
})

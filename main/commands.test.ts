import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CommandsDeps, createCommands } from './commands.ts'
import { type LocalReceiver, THIS_COMPUTER } from './contract/receivers.ts'
import type { Engine } from './engine/engine.ts'
import { openHistory } from './history/history.ts'
import { createNotices } from './notices/notices.ts'
import type { ReceiverWish } from './own-receiver/receiver-process.ts'
import { defaultPreferences } from './settings/preference-checks.ts'
import { createPreferenceCommands } from './settings/preference-commands.ts'
import { madePairing, openKnown } from './testing/open-receivers.ts'
import { openSettingsIn } from './testing/open-settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'commands-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/**
 * The commands on real settings and notices; the engine, the receiver and the desktop write down what they were asked.
 */
async function commandsWith({ chosen = [] as readonly string[] } = {}) {
  const asked: unknown[][] = []
  const wishes: ReceiverWish[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      asked.push([name, ...args])
    }
  const engine: Engine = {
    find: async () => ({ entries: [], skipped: [] }),
    queue: async () => [],
    pause: note('pause'),
    resume: note('resume'),
    retry: note('retry'),
    cancel: note('cancel'),
    clear: note('clear'),
    move: note('move'),
    list: () => [],
    freeBytesOn: async () => undefined,
    checkNames: async () => undefined,
    sourceOf: (id) => (id === 'known' ? '/films/a.mov' : undefined),
    onChange: () => () => undefined,
    limitRate: note('limitRate'),
    setFilesAtOnce: note('setFilesAtOnce'),
    setDigest: note('setDigest'),
    sleep: note('sleep'),
    wake: note('wake'),
    close: async () => undefined,
  }
  const off: LocalReceiver = { kind: 'off', directory: '/in' }
  const settings = openSettingsIn(directory, { notify: (message) => asked.push(['notify', message]) })
  const receivers = await openKnown(directory, [])
  for (const address of ['nas:50051', 'nas:7000']) receivers.keepPlaintext(address)
  const preferences = createPreferenceCommands({
    settings,
    loginItem: { isOn: () => false, set: note('startAtLogin') },
    discover: note('discover'),
  })
  preferences.onDecided(() => asked.push(['apply']))
  preferences.onDecided(note('onPreferences'))
  const add = (name: string) => async () => {
    asked.push([name])
    return { added: 0, skipped: [] }
  }
  const deps: CommandsDeps = {
    engine,
    settings,
    receivers,
    probe: async () => ({ kind: 'plaintext' }),
    pair: async () => madePairing('NAS'),
    deviceName: 'laptop',
    takeOpenedLink: () => undefined,
    takeSheet: () => undefined,
    additions: {
      commands: {
        addPaths: add('addPaths'),
        chooseFiles: add('chooseFiles'),
        chooseFolder: add('chooseFolder'),
        answer: note('answer'),
        stopLooking: note('stopLooking'),
      },
      current: () => ({}),
    },
    preferences,
    receiverProcess: {
      state: () => off,
      want: (wish) => wishes.push(wish),
      say: note('say'),
      attach: () => undefined,
      stop: async () => undefined,
    },
    foundReceivers: () => [found],
    canSleep: true,
    ending: () => undefined,
    callOff: note('callOff'),
    history: openHistory({ directory, notify: () => undefined }),
    notices: createNotices(() => undefined),
    dialogs: { chooseReceivingFolder: async () => chosen[0], chooseWhereToSave: async () => chosen[0] },
    fileManager: { reveal: note('reveal'), open: async (folder) => note('open')(folder) },
  }
  return { commands: createCommands(deps), asked, wishes, settings }
}

const defaults = { ...defaultPreferences('linux'), onConflict: 'ask', discovery: true }

const found = { id: '0'.repeat(32), name: 'nas', address: '192.168.1.20:50051', tls: false }

test('a receiver that is not known is refused and the chosen one stays', async () => {
  const { commands } = await commandsWith()
  await commands.setReceiver('nas:7000')
  expect(() => commands.setReceiver('other:1')).toThrow('This receiver was forgotten.')
  expect(await commands.snapshot()).toEqual({
    uploads: [],
    receiver: 'nas:7000',
    receivers: [
      { id: 'nas:50051', name: 'nas:50051', address: 'nas:50051', standing: { kind: 'good' } },
      { id: 'nas:7000', name: 'nas:7000', address: 'nas:7000', standing: { kind: 'good' } },
    ],
    localReceiver: { kind: 'off', directory: '/in' },
    foundReceivers: [found],
    notices: [],
    preferences: { ...defaults, startAtLogin: false },
    canSleep: true,
  })
})

test('what is decided about sending holds at once, is told and is kept', async () => {
  const { commands, asked, settings } = await commandsWith({ chosen: ['/a'] })
  await commands.setReceiver('nas:50051')
  await commands.limitRate(2_000_000)
  await commands.setConflictPolicy('skip-same')
  await commands.setDiscovery(false)
  await commands.chooseFiles()
  const told = asked.filter(([name]) => name === 'onPreferences').map(([, preferences]) => preferences)
  expect(told).toEqual([
    { ...defaults, startAtLogin: false, bytesPerSecond: 2_000_000 },
    { ...defaults, startAtLogin: false, bytesPerSecond: 2_000_000, onConflict: 'skip-same' },
    { ...defaults, startAtLogin: false, bytesPerSecond: 2_000_000, onConflict: 'skip-same', discovery: false },
  ])
  expect(asked.filter(([name]) => name !== 'onPreferences')).toEqual([
    ['apply'],
    ['apply'],
    ['discover', false],
    ['apply'],
    ['chooseFiles'],
  ])
  await commands.limitRate(undefined)
  expect(settings.get()).toMatchObject({ onConflict: 'skip-same', discovery: false })
  expect(settings.get().bytesPerSecond).toBeUndefined()
})

test('receiving here for the first time also sends here, when no receiver was chosen', async () => {
  const { commands, settings, wishes } = await commandsWith()
  await commands.setReceiveHere(true)
  expect(settings.get()).toMatchObject({ receiveHere: true, receiver: THIS_COMPUTER })
  expect(wishes).toEqual([{ on: true, directory: '/in' }])
})

test('receiving here leaves a chosen receiver alone, and so does switching it off', async () => {
  const { commands, settings, wishes } = await commandsWith()
  await commands.setReceiver('nas:50051')
  await commands.setReceiveHere(true)
  await commands.setReceiveHere(false)
  expect(settings.get()).toMatchObject({ receiveHere: false, receiver: 'nas:50051' })
  expect(wishes.map(({ on }) => on)).toEqual([true, false])
})

test('another receiving folder takes effect at once, without switching anything on', async () => {
  const { commands, settings, wishes } = await commandsWith({ chosen: ['/elsewhere'] })
  await commands.chooseReceivingFolder()
  expect(settings.get()).toMatchObject({ receivingFolder: '/elsewhere' })
  expect(wishes).toEqual([{ on: false, directory: '/elsewhere' }])
})

test('keeping the folder changes nothing', async () => {
  const { commands, wishes } = await commandsWith()
  await commands.chooseReceivingFolder()
  expect(wishes).toEqual([])
})

test('only the source of a known upload is revealed', async () => {
  const { commands, asked } = await commandsWith()
  commands.reveal('unknown')
  commands.reveal('known')
  expect(asked).toEqual([['reveal', '/films/a.mov']])
})

test('the receiving folder is opened', async () => {
  const { commands, asked } = await commandsWith()
  await commands.openReceivingFolder()
  expect(asked).toEqual([['open', '/in']])
})

test('a receiver that is forgotten is not the chosen one any more', async () => {
  const { commands, settings } = await commandsWith()
  await commands.setReceiver('nas:7000')
  await commands.forgetReceiver('nas:50051')
  expect(settings.get().receiver).toBe('nas:7000')
  await commands.forgetReceiver('nas:7000')
  expect(settings.get()).not.toHaveProperty('receiver')
})

test('codes and revocations are for the receiver on this computer', async () => {
  const { commands, asked } = await commandsWith()
  await commands.inviteDevice()
  await commands.revokeDevice('d1')
  expect(asked).toEqual([
    ['say', { command: 'invite' }],
    ['say', { command: 'revoke', id: 'd1' }],
  ])
})

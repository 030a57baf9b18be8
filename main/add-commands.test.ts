import { expect, test } from 'vitest'
import { createAddCommands } from './add-commands.ts'
import type { Additions } from './adding/additions.ts'
import { inEnglish } from './notices/notice-words.ts'
import { defaultPreferences } from './settings/preference-checks.ts'

const noReceiver = 'Choose a receiver first: add one, or switch on “Receive on this computer”.'

/** The commands over dialogs in which `chosen` is chosen; dialogs and additions write down what they were asked. */
function commandsWith(receiver: string | undefined, chosen: readonly string[]) {
  const asked: unknown[][] = []
  const additions: Pick<Additions, 'add'> = {
    async add(receiver, paths) {
      asked.push(['add', paths, receiver])
      return { added: paths.length, skipped: [{ name: 'fifo', message: 'It is not a file.' }] }
    },
  }
  const choose = (name: string) => async () => {
    asked.push([name])
    return chosen
  }
  const about = { onConflict: 'ask', discovery: true, receivingFolder: '/in' } as const
  const settings = { ...defaultPreferences('linux'), ...about, ...(receiver !== undefined && { receiver }) }
  const commands = createAddCommands({
    additions,
    settings: { get: () => settings },
    receivers: { list: () => [{ id: 'nas', name: 'NAS', address: 'nas:50051', standing: { kind: 'good' } }] },
    dialogs: { chooseFiles: choose('chooseFiles'), chooseFolders: choose('chooseFolders') },
    words: inEnglish,
  })
  return { commands, asked }
}

test.each([
  ['without a receiver', undefined],
  ['with one that was forgotten', 'other'],
])('%s nothing is added and no dialog opens', async (_, receiver) => {
  const { commands, asked } = commandsWith(receiver, ['/a'])
  await expect(commands.addPaths(['/a'])).rejects.toThrow(noReceiver)
  await expect(commands.chooseFiles()).rejects.toThrow(noReceiver)
  await expect(commands.chooseFolder()).rejects.toThrow(noReceiver)
  expect(asked).toEqual([])
})

test('chosen files go to the chosen receiver, and what was skipped is reported', async () => {
  const { commands, asked } = commandsWith('nas', ['/a', '/b'])
  expect(await commands.chooseFiles()).toEqual({ added: 2, skipped: [{ name: 'fifo', message: 'It is not a file.' }] })
  expect(asked).toEqual([['chooseFiles'], ['add', ['/a', '/b'], 'nas']])
})

test('a cancelled dialog adds nothing', async () => {
  const { commands, asked } = commandsWith('nas', [])
  expect(await commands.chooseFolder()).toEqual({ added: 0, skipped: [] })
  expect(asked).toEqual([['chooseFolders']])
})

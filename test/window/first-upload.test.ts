import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openApp, rowOfKind } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

/** What somebody may be asked to do between the first start and the first file that has arrived. */
const MOST_ACTIONS = 5

beforeAll(() => buildOutputs(ALL_OUTPUTS))

/** Counts what a person does. */
function person() {
  const done: string[] = []
  return {
    done,
    async does(what: string, act: () => Promise<unknown>): Promise<void> {
      done.push(what)
      await act()
    },
  }
}

test('a newcomer with a box has a verified file on it after five actions', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  const film = join(here, 'film.mov')
  const md5 = makeFile(film, 3_000_000)
  const { listening } = await longshoreReceive(there, { access: 'pairing', flags: ['--name', 'Attic box'] })
  const { page, dropFiles } = await openApp({ home })
  const { done, does } = person()

  await does('press “Add receiver…”', () => page.getByTestId('add-receiver-button').click())
  // The focus is in the field already.
  await does('paste the link that the box shows', () => page.keyboard.insertText(String(listening.pairLink)))
  await does('press Enter', () => page.keyboard.press('Enter'))
  await does('press “Pair”', () => page.getByRole('button', { name: 'Pair', exact: true }).click())
  await page.getByTestId('pair-receiver').waitFor({ state: 'detached' })
  await does('drop a film', () => dropFiles([film], '[data-testid=drop]'))

  await rowOfKind(page, 'film.mov', 'done').waitFor()
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect(done.length, done.join(', ')).toBeLessThanOrEqual(MOST_ACTIONS)
})

test('a newcomer without a box sees it work on their own computer after two actions', async () => {
  const [home, here] = [tempDir(), tempDir()]
  mkdirSync(join(here, 'Photos'))
  for (let i = 1; i <= 3; i++) makeFile(join(here, `Photos/${i}.jpg`), 100_000, i)
  const { page, dropFiles } = await openApp({ home })
  const { done, does } = person()

  await does('switch on “Receive on this computer”', () => page.getByTestId('receive-here').click())
  await page.getByText(/Listening on /).waitFor()
  await does('drop a folder', () => dropFiles([join(here, 'Photos')], '[data-testid=drop]'))

  await page.locator('[data-testid=folder-row][data-kind=done]').waitFor()
  for (let i = 1; i <= 3; i++) {
    expect(md5OfFile(join(home, `Downloads/Longshore/Photos/${i}.jpg`))).toBe(md5OfFile(join(here, `Photos/${i}.jpg`)))
  }
  expect(done).toHaveLength(2)
})

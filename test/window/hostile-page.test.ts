import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { electronBinary } from '../../scripts/electron-binary.ts'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

/** The app with one upload that is done, so that there is something to lose. */
async function appWithUpload() {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'film.mov'), 1000)
  const receiver = await withReceiver(there)
  const app = await openApp({ home })
  await chooseReceiver(app.page, receiver.address)
  await app.dropFiles([join(here, 'film.mov')], '[data-testid=drop]')
  await rowOfKind(app.page, 'film.mov', 'done').waitFor()
  return { ...app, here, snapshot: () => app.page.evaluate('longshore.snapshot()') }
}

/** What the desktop was asked for: dialogs, files shown and opened. Empty in Electron, which keeps no record. */
const askedOfDesktop = (main: LaunchedApp['main']): Promise<readonly string[]> =>
  main((electron) => {
    const { calls } = (electron as unknown as { __host?: { calls: { name: string }[] } }).__host ?? { calls: [] }
    return calls.map(({ name }) => name).filter((name) => /^(dialog|shell)\./.test(name))
  }, null)

test('[H18] every command refuses what is not of its kind with a sentence, and nothing happens', async () => {
  const { page, main, snapshot } = await appWithUpload()
  const before = await snapshot()
  const outcomes = await page.evaluate(`(async () => {
    const hostile = [
      [null], [{}], [7], [NaN], [1n << 100000n], [new Date(0)], [new Map([['a', 1]])], [[{}]], [[null]], [[['a']]],
      [JSON.parse('{"__proto__": {"polluted": 1}, "length": 1, "0": "a"}')], [new Array(200001)],
      [['x'.repeat(1000000)]], ['a', 'b', 'c'], [() => 1],
    ]
    const names = Object.keys(longshore).filter((name) => name !== 'on' && name !== 'addDropped')
    const outcomes = []
    for (const name of names)
      for (const args of hostile)
        outcomes.push(await Promise.resolve().then(() => longshore[name](...args)).then(() => name + ' did it: ' + typeof args[0], (error) => error.message))
    return outcomes
  })()`)
  const sentence = /^(Expected .* but got .*\.|An object could not be cloned\.|This is not a fingerprint\.)$/
  expect((outcomes as string[]).filter((outcome) => !sentence.test(outcome))).toEqual([])
  expect((outcomes as string[]).length).toBeGreaterThan(200)
  expect(await snapshot()).toEqual(before)
  expect(await askedOfDesktop(main)).toEqual([])
  expect(await main(() => typeof ({} as { polluted?: unknown }).polluted, null)).toBe('undefined')
})

test('[H18] paths and names of the language are ids of nothing, and no address', async () => {
  const { page, main, snapshot } = await appWithUpload()
  const before = await snapshot()
  const refusals = await page.evaluate(`(async () => {
    const foreign = ['/etc/passwd', 'C:\\\\\\\\Windows', '../../x', 'file:///etc/passwd', '__proto__', 'constructor', 'toString', '\\0', '']
    for (const name of ['pause', 'resume', 'retry', 'cancel', 'clear', 'move']) await longshore[name](foreign)
    await longshore.move([], '/etc/passwd')
    for (const id of foreign) {
      await longshore.reveal(id)
      await longshore.dismiss(id)
    }
    const addresses = ['/etc/passwd', 'file:///etc/passwd', '../../x', 'javascript:alert(1)', 'x y', '\\0', 'a:1/..', '']
    return Promise.all(addresses.map((address) => longshore.setReceiver(address).then(() => 'took ' + address, () => 'refused')))
  })()`)
  expect(refusals).toEqual(Array(8).fill('refused'))
  expect(await snapshot()).toEqual(before)
  expect(await askedOfDesktop(main)).toEqual([])
})

test('[H18] the page never learns where a file lies', async () => {
  const { page, here, snapshot } = await appWithUpload()
  const { uploads } = (await snapshot()) as { uploads: readonly object[] }
  expect(uploads).toHaveLength(1)
  expect(JSON.stringify(uploads)).not.toContain(here)
  expect(await page.content()).not.toContain(here)
  const made = await page.evaluate("longshore.addDropped([new File(['x'], '/etc/passwd')])")
  expect(made).toMatchObject({
    added: 0,
    skipped: [{ message: expect.stringContaining('not a file on this computer') }],
  })
  const forged = `longshore.addDropped([{ name: 'passwd', path: '/etc/passwd' }]).then(() => 'took it', () => 'refused')`
  expect(await page.evaluate(forged)).toBe('refused')
})

/**
 * Asks each channel of the main process as if a message had come from there. Needs the host, whose channels can be
 * asked without a page.
 */
const askAs = (main: LaunchedApp['main'], from: string, args: readonly unknown[], channel: string): Promise<string> =>
  main(
    async ({ ipcMain, webContents }, asked) => {
      const [sender] = webContents.getAllWebContents()
      const frame = { url: 'app://window/index.html', parent: null }
      const senders: Record<string, object> = {
        'the page': { sender, senderFrame: frame },
        'a frame in the page': { sender, senderFrame: { ...frame, parent: frame } },
        'a blank page': { sender, senderFrame: { ...frame, url: 'about:blank' } },
        'a page of the web': { sender, senderFrame: { ...frame, url: 'https://window/index.html' } },
        'a file': { sender, senderFrame: { ...frame, url: 'file:///index.html' } },
        'a frame that is gone': { sender, senderFrame: null },
        'another window': { sender: {}, senderFrame: frame },
      }
      const desk = ipcMain as unknown as { answer(name: string, event: unknown, given: unknown[]): Promise<unknown> }
      const answer = desk.answer(asked.channel, senders[asked.from], [...asked.args])
      return answer.then((value) => JSON.stringify(value), String)
    },
    { from, args, channel },
  )

const needsHost = test.skipIf(electronBinary() !== undefined)

needsHost('[H18] nobody but the window’s own page, in its top frame, is answered', async () => {
  const { page, main } = await appWithUpload()
  expect(await askAs(main, 'the page', [], 'snapshot')).toContain('"kind":"done"')
  const strangers = [
    'a frame in the page',
    'a blank page',
    'a page of the web',
    'a file',
    'a frame that is gone',
    'another window',
  ]
  const channels = await page.evaluate("Object.keys(longshore).filter((name) => name !== 'on')")
  for (const stranger of strangers)
    for (const channel of channels as string[])
      expect(await askAs(main, stranger, [], channel), `${stranger}: ${channel}`).toContain(
        'Only the page of the Longshore window',
      )
  const inFrame = await page.evaluate(`(() => {
    const frame = document.body.appendChild(document.createElement('iframe'))
    return typeof frame.contentWindow.longshore
  })()`)
  expect(inFrame).toBe('undefined')
})

needsHost('[H18] the channel of dropped files takes whole absolute paths of bounded length only', async () => {
  const { main, snapshot } = await appWithUpload()
  const before = await snapshot()
  const hostile = [
    [],
    ['/etc/passwd'],
    [['etc/passwd']],
    [['/etc/\0passwd']],
    [[7]],
    [[{ path: '/etc/passwd' }]],
    [['/a'], 'more'],
    [[`/${'x'.repeat(40_000)}`]],
  ]
  for (const args of hostile)
    expect(await askAs(main, 'the page', args, 'addDropped')).toMatch(/^\{"kind":"refused","message":"Expected /)
  expect(await askAs(main, 'the page', [], 'no such channel')).toContain('No handler registered')
  expect(await snapshot()).toEqual(before)
})

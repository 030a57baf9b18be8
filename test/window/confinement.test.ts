import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { commandNames } from '../../main/contract/contract.ts'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { openApp } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { stoppedByPolicy } from '../support/net/stopped-by-policy.ts'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = join(import.meta.dirname, '../..')
const DROP = '[data-testid=drop]'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

/** Says whether a listener of the window's page refuses what this event asks about. */
const prevented = (main: LaunchedApp['main'], name: string): Promise<boolean> =>
  main(({ webContents }, asked) => {
    const [contents] = webContents.getAllWebContents() as unknown as NodeJS.EventEmitter[]
    let refused = false
    const preventDefault = (): void => {
      refused = true
    }
    contents?.emit(asked, { url: 'https://example.com/', preventDefault }, 'https://example.com/')
    return refused
  }, name)

test('12, 14. embedded pages and new windows do not come into being', async () => {
  const { page, main } = await openApp({ home: tempDir() })
  const opened = await page.evaluate(`(() => {
    const view = document.createElement('webview')
    view.setAttribute('src', 'https://example.com/')
    document.body.append(view)
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(frame)
    globalThis.opened = window.open('https://example.com/')
    return typeof view.getWebContentsId
  })()`)
  expect(opened).toBe('undefined')
  // Electron makes no window at all; Chromium makes one, and the host closes it before it shows anything.
  await expect.poll(() => page.evaluate('opened === null || opened.closed')).toBe(true)
  expect(page.context().pages()).toHaveLength(1)
  const counts = await main(
    ({ webContents, BrowserWindow }) => [webContents.getAllWebContents().length, BrowserWindow.getAllWindows().length],
    null,
  )
  expect(counts).toEqual([1, 1])
  expect(await prevented(main, 'will-attach-webview')).toBe(true)
})

test('13. neither links, scripts nor dropped files lead the window away', async () => {
  const [home, here] = [tempDir(), tempDir()]
  writeFileSync(join(here, 'page.html'), '<h1>elsewhere</h1>')
  const { page, dropFiles, main } = await openApp({ home })
  const address = page.url()
  const leave = [
    "location.href = 'https://example.com/'",
    "location.href = 'file:///etc/passwd'",
    "location.href = 'data:text/html,x'",
    "location.href = 'javascript:globalThis.left = 1'",
    "location.href = '/assets/'",
    "Object.assign(document.createElement('a'), { href: 'https://example.com/' }).click()",
  ]
  for (const attempt of leave) await page.evaluate(`{ ${attempt} }`).catch(() => 'a refused address may throw')
  await dropFiles([join(here, 'page.html')], DROP)
  await page.getByText('is added then').waitFor()
  // As if the page had no hand in it, so that only the window itself can keep the file out.
  await page.evaluate(`for (const type of ['dragenter', 'dragover', 'drop'])
    addEventListener(type, (event) => event.stopImmediatePropagation(), { capture: true })`)
  await dropFiles([join(here, 'page.html')], DROP)
  await page.evaluate(`{
    const form = Object.assign(document.createElement('form'), { action: 'https://example.com/' })
    document.body.append(form)
    form.submit()
  }`)
  expect(await stoppedByPolicy(page)).toEqual(['script-src-elem inline', expect.stringMatching(/^form-action /)])
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'])
    expect(await prevented(main, event), event).toBe(true)
  expect(page.url()).toBe(address)
  expect(await page.evaluate('[document.title, typeof globalThis.left]')).toEqual(['Longshore', 'undefined'])
})

test('19. a packaged app does not start with a debugging port, and says why', async () => {
  const { NODE_OPTIONS: _, ...inherited } = process.env
  const env = {
    ...inherited,
    LONGSHORE_HOST_PACKAGED: '1',
    LONGSHORE_HOST_HEADLESS: '1',
    LONGSHORE_USER_DATA: tempDir(),
  }
  const ended = await new Promise<{ code: unknown; said: string }>((resolve) => {
    const args = [join(ROOT, 'out/chromium-host/run.js'), ROOT, '--remote-debugging-port=0']
    execFile(process.execPath, args, { env, timeout: 30_000 }, (error, _stdout, said) =>
      resolve({ code: error?.code, said }),
    )
  })
  expect(ended.said).toContain('Start it without --remote-debugging-port')
  expect(ended.code).toBe(1)
})

test('20. the page gets the commands of the contract, two ways to listen and drop, and nothing else', async () => {
  const { page } = await openApp({ home: tempDir() })
  const exposed = await page.evaluate('Object.entries(longshore).map(([name, value]) => [name, typeof value].join())')
  expect(exposed).toEqual([...commandNames, 'on', 'addDropped'].map((name) => `${name},function`))
  expect(await page.evaluate('Object.isFrozen(longshore)')).toBe(true)
  // A listener gets what is told, and not the event whose sender leads to every channel.
  const heard = await page.evaluate(`new Promise((resolve) => {
    longshore.on('receiver', (...told) => resolve(told))
    longshore.setReceiver('this-computer')
  })`)
  expect(heard).toEqual([{ receiver: 'this-computer' }])
})

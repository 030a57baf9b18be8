import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { addReceiver, chooseReceiver, row, rowOfKind } from '../support/app/open-app.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { stoppedByPolicy } from '../support/net/stopped-by-policy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const ROOT = join(import.meta.dirname, '../..')
const DROP = '[data-testid=drop]'
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

test('1, 7. a whole upload, dialogs and settings ask for nothing but the page’s own files, and break no policy', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'film.mov'), 300_000)
  makeFile(join(here, 'other.mov'), 300_000, 2)
  const receiver = await withReceiver(there)
  const { page, dropFiles, stubOpenDialog } = await freshApp()
  const origin = await page.evaluate('location.origin')
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await addReceiver(page, 'no address at all/')
  await page.getByText('is not an address').waitFor()
  await page.getByTestId('receiver-address').press('Escape')
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'film.mov')], DROP)
  await rowOfKind(page, 'film.mov', 'done').waitFor()
  await page.getByRole('button', { name: 'Details of film.mov' }).click()
  await stubOpenDialog([join(here, 'other.mov')])
  await page.getByRole('button', { name: 'Add files…' }).click()
  await rowOfKind(page, 'other.mov', 'done').waitFor()
  await page.getByRole('button', { name: 'Clear done' }).click()
  await expect.poll(() => page.getByTestId('row').count()).toBe(0)
  const loaded: string[] = await page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
  expect(loaded.length).toBeGreaterThan(0)
  expect([...requests, ...loaded].filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual(
    [],
  )
  expect(await stoppedByPolicy(page)).toEqual([])
  // The same look finds what does break the policy.
  const ran = await page.evaluate(`(() => {
    const script = document.createElement('script')
    script.textContent = 'globalThis.injected = true'
    document.body.append(script)
    return globalThis.injected === true
  })()`)
  expect(ran).toBe(false)
  expect(await stoppedByPolicy(page)).toEqual(['script-src-elem inline'])
  expect(await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')).toEqual([0, 0, ''])
})

test('2, 3. the page has no Node, and what it breaks in its own world leaves the preload whole', async () => {
  const { page } = await freshApp()
  const reachable =
    "['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in globalThis)"
  expect(await page.evaluate(reachable)).toEqual([])
  const answer = await page.evaluate(`(async () => {
    const caught = []
    const [push, includes, parse] = [Array.prototype.push, Array.prototype.includes, JSON.parse]
    Array.prototype.push = function (...items) { caught.push(...items); return 0 }
    Array.prototype.includes = () => true
    JSON.parse = () => { throw new Error('broken') }
    const { uploads } = await longshore.snapshot()
    let told = 'nothing'
    try { longshore.on('no such event', () => {}) } catch (error) { told = error.message }
    // The test itself needs them to get its answer.
    Object.assign(Array.prototype, { push, includes })
    JSON.parse = parse
    return [uploads, told, caught.some((item) => item && typeof item.invoke === 'function')]
  })()`)
  expect(answer).toEqual([[], 'There is no event named no such event.', false])
})

test('4. the preload is one file that asks for nothing but Electron', () => {
  const preload = readFileSync(join(ROOT, 'out/main/preload.cjs'), 'utf8')
  const asked = [...preload.matchAll(/\brequire\(([^)]*)\)/g)].map(([, name]) => name)
  expect(asked).toEqual(['"electron"'])
  expect(preload).not.toMatch(/\bimport\(/)
})

test('5. no permission is given but writing to the clipboard', async () => {
  const { page, main } = await freshApp()
  const given = await page.evaluate(`(async () => {
    const refused = (promise) => promise.then(() => 'given', (error) => error.name)
    const states = {}
    for (const name of ['camera', 'microphone', 'geolocation', 'notifications', 'clipboard-read'])
      states[name] = await navigator.permissions.query({ name }).then(({ state }) => state, (error) => error.name)
    states.media = await refused(Promise.resolve().then(() => navigator.mediaDevices.getUserMedia({ audio: true })))
    states.reading = await refused(navigator.clipboard.readText())
    return Object.entries(states).filter(([, state]) => state === 'granted' || state === 'given')
  })()`)
  expect(given).toEqual([])
  const decisions = await main((electron) => {
    type Recorded = {
      name: string
      args: [(contents: unknown, name: string, decide?: (given: boolean) => void) => unknown]
    }
    const { calls } = (electron as unknown as { __host?: { calls: Recorded[] } }).__host ?? { calls: [] }
    const handler = (name: string) => calls.find((call) => call.name === `session.${name}`)?.args[0]
    const names = [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'openExternal',
      'hid',
      'serial',
      'clipboard-read',
      'fileSystem',
    ]
    return [...names, 'clipboard-sanitized-write'].map((name) => {
      let asked: unknown = 'no answer'
      handler('setPermissionRequestHandler')?.(null, name, (answer) => {
        asked = answer
      })
      return [name, asked, handler('setPermissionCheckHandler')?.(null, name)].join()
    })
  }, null)
  expect(decisions.filter((line) => !line.endsWith(',false,false'))).toEqual(['clipboard-sanitized-write,true,true'])
})

test('7. markup in the name of a file is shown as it is, and nothing in it runs', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const names = [
    '<img src=x onerror=globalThis.injected=1>.txt',
    '<svg onload=globalThis.injected=1>',
    "';injected=1;'",
  ]
  for (const [seed, name] of names.entries()) makeFile(join(here, name), 1000, seed + 1)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  const question = page.getByTestId('question')
  await question.getByText(`${names[0]} → _img src=x onerror=globalThis.injected=1_.txt`).waitFor()
  expect(await question.locator('img').count()).toBe(0)
  await question.getByRole('button', { name: 'Add 3 files' }).click()
  for (const name of names) await rowOfKind(page, name, 'done').waitFor()
  expect(await row(page, names[0] ?? '').textContent()).toContain(names[0])
  expect(
    await page.evaluate("[typeof globalThis.injected, document.querySelectorAll('img, [onload], [onerror]').length]"),
  ).toEqual(['undefined', 0])
  expect(await stoppedByPolicy(page)).toEqual([])
})

test('7, 18. only built files are served, with the policy, whatever way out an address tries', async () => {
  const { page } = await freshApp()
  const answers = await page.evaluate(`Promise.all([
    'index.html', '', '../../package.json', '/../../package.json', '%2e%2e/%2e%2e/package.json', '..%2f..%2fpackage.json',
    '..%5c..%5cpackage.json', '..\\\\..\\\\package.json', '%252e%252e/package.json', '/etc/passwd', '//etc/passwd', 'index.html%00',
    'main/index.js', '../main/preload.cjs', 'assets', '__proto__',
  ].map(async (path) => {
    const { status, headers } = await fetch(new URL('/', location.href).href + path.replace(/^\\//, ''))
    return [status, headers.get('content-security-policy')]
  }))`)
  expect(answers).toEqual([[200, POLICY], ...Array(15).fill([404, POLICY])])
})

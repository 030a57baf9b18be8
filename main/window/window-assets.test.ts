import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Assets, findAsset, listAssets, serveAsset } from './window-assets.ts'

let directory: string
let assets: Assets
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'assets-'))
  mkdirSync(join(directory, 'renderer/assets'), { recursive: true })
  writeFileSync(join(directory, 'package.json'), '{"secret":true}')
  writeFileSync(join(directory, 'renderer/index.html'), '<h1>Longshore</h1>')
  writeFileSync(join(directory, 'renderer/assets/main-1.js'), '42')
  writeFileSync(join(directory, 'renderer/assets/ein name.css'), '')
  assets = listAssets(join(directory, 'renderer'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a built file is served with its type and the security headers', async () => {
  const response = await serveAsset('app://window/index.html', assets)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('<h1>Longshore</h1>')
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
})

test('scripts are served as scripts, in folders and with a query', async () => {
  const response = await serveAsset('app://window/assets/main-1.js?v=1#top', assets)
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
})

test('an encoded name is found', () => {
  expect(findAsset('app://window/assets/ein%20name.css', assets)).toBe(join(directory, 'renderer/assets/ein name.css'))
})

test.each([
  'app://window/',
  'app://window/missing.js',
  'app://window/../package.json',
  'app://window/%2e%2e/package.json',
  'app://window/..%2fpackage.json',
  'app://window/..%5cpackage.json',
  'app://window/assets/..%2f..%2fpackage.json',
  'app://window//etc/passwd',
  'app://window/%2Fetc%2Fpasswd',
  'app://window/index.html%00.js',
  'app://window/%E0%A4%A',
  'app://window/assets',
  'app://window/__proto__',
  'app://other/index.html',
  'app://window:1/index.html',
  'file:///etc/passwd',
  'https://window/index.html',
  'nonsense',
])('%s does not exist, and even that answer carries the security headers', async (url) => {
  const response = await serveAsset(url, assets)
  expect(response.status).toBe(404)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
})

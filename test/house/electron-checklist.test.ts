/**
 * Electron's security checklist, item by item, as far as sources and configuration can prove it; test/window/ proves
 * the rest on the running app. Nothing here needs the app to be built.
 */
import { expect, test } from 'vitest'
import { type Call, readSource, sources, sourceText } from '../support/sources.ts'

const everything = sources().map(readSource)
const shipped = everything.filter(({ file }) => !file.startsWith('chromium-host/'))
const desktop = shipped.filter(({ file }) => /^(main|renderer)\//.test(file))
const calls = shipped.flatMap((said) => said.calls)

/** The files that use this identifier or say exactly this text. */
const filesWith = (word: string, among = shipped): string[] =>
  among.filter(({ names, texts }) => names.has(word) || texts.includes(word)).map(({ file }) => file)
const callsOf = (callee: RegExp): Call[] => calls.filter((call) => callee.test(call.callee))
const importers = (what: RegExp): string[] =>
  shipped.filter(({ imports }) => imports.some((line) => what.test(line))).map(({ file }) => file)

test('1. only secure content: the window loads one address of its own, and no source names another', () => {
  expect(callsOf(/\.load(URL|File)$/)).toEqual([
    { file: 'main/window/window.ts', callee: 'window.loadURL', args: ['WINDOW_URL'] },
  ])
  const addresses = desktop.flatMap(({ file, texts }) =>
    texts.filter((text) => /\b(https?|wss?|ftp|file):\/\//.test(text)).map((text) => `${file}: ${text}`),
  )
  expect(addresses).toEqual([])
  expect(sourceText('renderer/index.html')).not.toMatch(/\b(https?|file):/)
})

test('2, 3, 4, 6, 8 to 11. the only window is sandboxed and isolated, without Node, and asks for nothing besides', () => {
  const windows = shipped.flatMap(({ news }) => news).filter(({ callee }) => /(Window|View)$/.test(callee))
  expect(windows.map(({ file, callee }) => `${file}: ${callee}`)).toEqual(['main/window/window.ts: BrowserWindow'])
  const preferences = /webPreferences: \{([^}]*)\}/.exec(windows[0]?.args[0] ?? '')?.[1] ?? ''
  const set = preferences.split('\n').map((line) => line.trim().replace(/,$/, ''))
  expect(set.filter((line) => line !== '')).toEqual([
    "preload: join(import.meta.dirname, 'preload.cjs')",
    'sandbox: true',
    'contextIsolation: true',
    'nodeIntegration: false',
    'webviewTag: false',
    'spellcheck: false',
  ])
})

test.each([
  '2. nodeIntegrationInWorker',
  '2. nodeIntegrationInSubFrames',
  '6. webSecurity',
  '8. allowRunningInsecureContent',
  '9. experimentalFeatures',
  '10. enableBlinkFeatures',
  '10. disableBlinkFeatures',
  '13. navigateOnDragDrop',
  '18. bypassCSP',
])('%s is never set', (item) => {
  expect(filesWith(item.replace(/^\d+\. /, ''))).toEqual([])
})

test('4. the whole app is sandboxed; only a person at a command line can take that back', () => {
  expect(callsOf(/^app\.enableSandbox$/).map(({ file }) => file)).toEqual(['main/index.ts'])
  expect(filesWith('no-sandbox')).toEqual(['main/index.ts'])
  expect(callsOf(/commandLine\.(append|remove)/)).toEqual([])
  expect(sourceText('electron-builder.yml')).not.toMatch(/sandbox|executableArgs/)
})

test('7. the policy for content allows no inline code, no evaluation and no other origin', () => {
  const { texts } = readSource('main/window/window-assets.ts')
  const directives = texts.filter((text) => /^[a-z]+-[a-z]+ '(none|self)'/.test(text))
  expect(directives.length).toBeGreaterThan(8)
  expect(directives.join(' ')).not.toMatch(/unsafe|https?:|blob:|\*/)
})

test('7. nothing turns text into code or markup', () => {
  expect(callsOf(/^(eval|Function|document\.write)$/)).toEqual([])
  expect(shipped.flatMap(({ news }) => news).filter(({ callee }) => callee === 'Function')).toEqual([])
  for (const word of ['dangerouslySetInnerHTML', 'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'executeJavaScript'])
    expect(filesWith(word), word).toEqual([])
})

test('5, 12, 13, 14. permissions, embedded pages, navigation and new windows have a handler that refuses', () => {
  const { calls: own } = readSource('main/window/window.ts')
  const written = own.map(({ callee, args }) => `${callee}(${args.join(', ')})`)
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview'])
    expect(written).toContain(`webContents.on('${event}', (event) => event.preventDefault())`)
  expect(written).toContain("webContents.setWindowOpenHandler(() => ({ action: 'deny' }))")
  expect(written.join('\n')).toContain('setPermissionRequestHandler')
  expect(written.join('\n')).toContain('setPermissionCheckHandler')
})

test('15. no link is ever opened outside, and one file speaks with the desktop', () => {
  expect(importers(/^shell\b.* from electron$/)).toEqual(['main/desktop/file-manager.ts'])
  expect(callsOf(/^shell\./).map(({ callee, args }) => `${callee}(${args})`)).toEqual([
    'shell.showItemInFolder(path)',
    'shell.openPath(folder)',
  ])
  expect(filesWith('openExternal')).toEqual([])
})

test('16. every copy of what stands between us and the network is new enough', () => {
  const lock: { packages: Record<string, { version?: string }> } = JSON.parse(sourceText('package-lock.json'))
  const floors = { electron: '45.0.0', '@grpc/grpc-js': '1.14.7', protobufjs: '7.6.1' }
  for (const [name, floor] of Object.entries(floors)) {
    const copies = Object.entries(lock.packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(copies.length, name).toBeGreaterThan(0)
    for (const [path, { version = '' }] of copies) expect(isAtLeast(version, floor), `${path} is ${version}`).toBe(true)
  }
})

test('17. there is one way to answer the page, and it asks who is asking', () => {
  expect(importers(/^ipcMain\b.* from electron$/)).toEqual(['main/ipc/ipc.ts'])
  expect(callsOf(/\bipcMain\b/).map(({ callee }) => callee)).toEqual(['ipcMain.handle'])
  expect(calls.find(({ callee }) => callee === 'ipcMain.handle')?.args[1]).toMatch(
    /^async \(event, \.\.\.args[^{]*\{\s*if \(!isOwnPage\(event, window\(\)\?\.webContents\)\)\s*throw /,
  )
})

test('18. the page has a scheme of its own that counts as secure, and files are never a page', () => {
  const { names } = readSource('main/window/app-protocol.ts')
  expect(sourceText('main/window/app-protocol.ts')).toContain(
    '{ standard: true, secure: true, supportFetchAPI: true, corsEnabled: true }',
  )
  expect(names).not.toContain('allowServiceWorkers')
  expect(callsOf(/^protocol\./).map(({ callee }) => callee)).toEqual([
    'protocol.registerSchemesAsPrivileged',
    'protocol.handle',
  ])
})

test('19. the fuses of the packaged app are set', () => {
  const block = /^electronFuses:\n((?: .*\n)+)/m.exec(sourceText('electron-builder.yml'))?.[1] ?? ''
  const fuses = Object.fromEntries([...block.matchAll(/^ {2}(\w+): (\w+)$/gm)].map(([, name, value]) => [name, value]))
  expect(fuses).toEqual({
    runAsNode: 'false',
    enableNodeOptionsEnvironmentVariable: 'false',
    enableNodeCliInspectArguments: 'false',
    enableCookieEncryption: 'true',
    enableEmbeddedAsarIntegrityValidation: 'true',
    onlyLoadAppFromAsar: 'true',
    grantFileProtocolExtraPrivileges: 'false',
    loadBrowserProcessSpecificV8Snapshot: 'false',
  })
  expect(sourceText('electron-builder.yml')).toMatch(/^asar: true$/m)
})

test('20. the preload hands over one object, and no part of Electron', () => {
  expect(callsOf(/exposeIn/).map(({ file, args }) => [file, args])).toEqual([
    ['main/ipc/preload.ts', ["'longshore'", '{ ...commands, on, addDropped } satisfies LongshoreApi']],
  ])
  expect(importers(/^(ipcRenderer|webUtils|contextBridge)\b.* from electron$/)).toEqual(['main/ipc/preload.ts'])
  expect(callsOf(/^ipcRenderer\./).map(({ callee, args }) => `${callee}(${args[0]})`)).toEqual([
    'ipcRenderer.invoke(channel)',
    'ipcRenderer.on(eventChannel(event))',
    'ipcRenderer.off(eventChannel(event))',
  ])
})

test('certificates: only the probe, which says nothing but a greeting, looks at one that nobody trusts', () => {
  expect(filesWith('rejectUnauthorized')).toEqual([
    'main/engine/net/credentials.ts',
    'main/engine/net/probe.ts',
    'server/cluster/peers.ts',
  ])
  const distrusting = shipped.filter(({ file }) => /rejectUnauthorized:\s*false/.test(sourceText(file)))
  expect(distrusting.map(({ file }) => file)).toEqual(['main/engine/net/probe.ts'])
})

test.each([
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'setCertificateVerifyProc',
  'certificate-error',
  'select-client-certificate',
  'login',
  'ignore-certificate-errors',
])('certificates: nothing says %s', (word) => {
  expect(filesWith(word)).toEqual([])
})

test.each(['autoUpdater', 'remote', 'nodeIntegrationInWorker', 'openDevTools'])(
  'less to attack: nothing says %s',
  (word) => {
    expect(filesWith(word, desktop)).toEqual([])
  },
)

test('programs of the system: one file starts them, and only those that it names itself', () => {
  const starters = desktop.filter(({ imports }) => imports.some((line) => /from node:child_process$/.test(line)))
  expect(starters.map(({ file }) => file)).toEqual(['main/desktop/power.ts'])
  expect(readSource('main/desktop/power.ts').imports).not.toContain('exec from node:child_process')
  expect(callsOf(/promisify\(execFile\)/).map(({ args }) => args)).toEqual([['program', 'args']])
})

test('dialogs: one file asks where to read and write, and another one whether to quit', () => {
  expect(importers(/^dialog from electron$/)).toEqual([
    'main/desktop/closing.ts',
    'main/desktop/dialogs.ts',
    'main/index.ts',
  ])
  expect(callsOf(/^dialog\.showSaveDialog$/).map(({ file }) => file)).toEqual([
    'main/desktop/dialogs.ts',
    'main/desktop/dialogs.ts',
  ])
})

test('one instance: the lock is asked for before anything opens', () => {
  expect(callsOf(/requestSingleInstanceLock/).map(({ file }) => file)).toEqual(['main/index.ts'])
})

test('bytes of a file go to a checked position, in one place', () => {
  const positioned = callsOf(/(\.write|\.writev|\.writeSync|^write|^pwrite)$/).filter(
    ({ file, args }) => file.startsWith('server/') && args.length > 2,
  )
  expect(positioned.map(({ file, args }) => [file, args.at(-1)])).toEqual([
    ['server/bytes/to-offset.ts', 'offsetAfter(offset, written)'],
  ])
})

test('these checks are not blind: they see what is there', () => {
  expect(filesWith('contextIsolation')).toEqual(['main/window/window.ts'])
  expect(filesWith('will-navigate')).toEqual(['main/window/window.ts'])
  expect(everything.flatMap(({ news }) => news).some(({ callee }) => callee === 'PageSession')).toBe(true)
  expect(isAtLeast('1.9.9', '1.14.7')).toBe(false)
  expect(isAtLeast('1.14.7', '1.14.7')).toBe(true)
  expect(isAtLeast('8.0.0', '7.6.1')).toBe(true)
})

function isAtLeast(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)))
  const place = need?.findIndex((part, index) => part !== have?.[index]) ?? -1
  return place < 0 || (have?.[place] ?? 0) > (need?.[place] ?? 0)
}

// A small app that uses Electron the way Longshore does; host.test.ts runs it in the host.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, protocol, session, utilityProcess } from 'electron'

app.setPath('userData', process.env.LONGSHORE_USER_DATA)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

const seen = { secondArgv: [], navigations: [], opened: [], blockClose: false, blockQuit: false }
globalThis.fixture = seen

ipcMain.handle('echo', (_event, value) => value)
ipcMain.handle('fail', () => {
  throw new TypeError('boom')
})
ipcMain.handle('sender', ({ sender, senderFrame }) => {
  const window = BrowserWindow.fromWebContents(sender)
  return { window: window?.id, url: senderFrame.url, origin: senderFrame.origin, isTop: senderFrame.parent === null }
})
ipcMain.handle('choose', async (_event, properties) => {
  const { filePaths } = await dialog.showOpenDialog({ properties })
  return filePaths
})
ipcMain.handle('fork', () => fork())
ipcMain.on('sync', (event, value) => {
  event.returnValue = `answer to ${value}`
})
ipcMain.on('push', (event, count) => {
  for (let i = 0; i < count; i++) event.sender.send('tick', i)
})

if (!app.requestSingleInstanceLock()) app.quit()
app.on('second-instance', (_event, argv) => seen.secondArgv.push(argv))
app.on('before-quit', (event) => seen.blockQuit && event.preventDefault())

app.whenReady().then(() => {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  protocol.handle('app', serve)
  const window = new BrowserWindow({
    width: 700,
    height: 500,
    title: 'Fixture',
    webPreferences: { preload: join(import.meta.dirname, 'preload.cjs') },
  })
  window.on('close', (event) => seen.blockClose && event.preventDefault())
  window.webContents.on('will-navigate', (event, url) => {
    seen.navigations.push(url)
    event.preventDefault()
  })
  window.webContents.setWindowOpenHandler(({ url }) => {
    seen.opened.push(url)
    return { action: 'deny' }
  })
  window.loadURL('app://window/index.html')
})

async function serve(request) {
  const { host, pathname } = new URL(request.url)
  if (host !== 'window' || pathname !== '/index.html') return new Response('', { status: 404 })
  const policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
  const headers = { 'content-type': 'text/html', 'content-security-policy': policy }
  return new Response(await readFile(join(import.meta.dirname, 'index.html')), { headers })
}

function fork() {
  const child = utilityProcess.fork(join(import.meta.dirname, 'child.mjs'), ['--greeting', 'hello'], { stdio: 'pipe' })
  globalThis.child = child
  return new Promise((resolve) => {
    child.stdout.once('data', (line) => resolve({ pid: child.pid, line: String(line) }))
  })
}

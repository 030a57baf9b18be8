import type * as Electron from 'electron'
import { expect, onTestFinished, test, vi } from 'vitest'
import { IpcDesk } from './ipc-desk.ts'
import { ipcMain } from './ipc-main.ts'
import { codec } from './page.ts'

function deskOf(sender: { readonly isDestroyed: () => boolean }): IpcDesk {
  return new IpcDesk(sender as Electron.WebContents, '')
}

test('what the page of a closed window asks is not heard, and a question of an open one is answered', async () => {
  const asked = vi.fn(() => 'an answer')
  ipcMain.handle('ask', asked)
  onTestFinished(() => ipcMain.removeHandler('ask'))
  const question = { kind: 'invoke', id: 1, channel: 'ask', data: codec.encode([]) } as const

  const open = deskOf({ isDestroyed: () => false })
  expect(await open.take(question)).toMatchObject({ kind: 'reply', id: 1 })
  expect(asked).toHaveBeenCalledTimes(1)

  const closed = deskOf({ isDestroyed: () => true })
  expect(await closed.take(question)).toBeUndefined()
  expect(asked).toHaveBeenCalledTimes(1)
})

test('a page of a closed window that waits for a synchronous answer is let go', async () => {
  const heard = vi.fn()
  ipcMain.on('tell', heard)
  onTestFinished(() => void ipcMain.removeAllListeners('tell'))
  const closed = deskOf({ isDestroyed: () => true })
  await closed.answerSync(JSON.stringify({ channel: 'tell', data: codec.encode([]) }))
  expect(heard).not.toHaveBeenCalled()
})

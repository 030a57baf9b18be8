import type * as Electron from 'electron'
import { strictEmitter } from '../program/unimplemented.ts'

type Handler = Parameters<Electron.IpcMain['handle']>[1]
type Implemented = Pick<Electron.IpcMain, 'handle' | 'handleOnce' | 'removeHandler'>

class IpcMain extends strictEmitter('ipcMain') implements Implemented {
  readonly #handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (...args) => {
      this.removeHandler(channel)
      return handler(...args)
    })
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  /** Runs the handler of `channel`. Rejects with the message Electron gives the page. */
  async answer(channel: string, event: Electron.IpcMainInvokeEvent, args: readonly unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel)
    try {
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      return await handler(event, ...args)
    } catch (error) {
      // Whatever the app's handler threw: it goes to the page as text, and to the log in full.
      if (handler) console.error(`Error occurred in handler for '${channel}':`, error)
      throw new Error(`Error invoking remote method '${channel}': ${error}`, { cause: error })
    }
  }
}

/** `electron.ipcMain`. */
export const ipcMain = new IpcMain()

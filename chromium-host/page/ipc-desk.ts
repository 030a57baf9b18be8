import type * as Electron from 'electron'
import { ipcMain } from './ipc-main.ts'
import { codec } from './page.ts'
import type { HostMessage, PageMessage } from './preload-runtime.ts'

/** Takes messages of the preload script of one page and brings them to `ipcMain`. */
export class IpcDesk {
  readonly #sender: Electron.WebContents
  readonly #preloadPath: string

  constructor(sender: Electron.WebContents, preloadPath: string) {
    this.#sender = sender
    this.#preloadPath = preloadPath
  }

  /**
   * Resolves with the answer to send back, if there is one. Rejects with what a listener of `ipcMain.on` throws.
   * Messages of the page of a closed window are ignored.
   */
  async take(message: PageMessage): Promise<HostMessage | undefined> {
    // Chromium closes the page a moment after its window is gone for the app.
    if (this.#sender.isDestroyed()) return undefined
    switch (message.kind) {
      case 'send':
        ipcMain.emit(message.channel, this.#event(), ...decodeArguments(message.data))
        return undefined
      case 'preload-error':
        console.error(`The preload script ${this.#preloadPath} failed: ${message.message}`)
        this.#sender.emit('preload-error', {}, this.#preloadPath, new Error(message.message))
        return undefined
      case 'invoke':
        return this.#invoke(message)
    }
  }

  async #invoke({ id, channel, data }: Extract<PageMessage, { kind: 'invoke' }>): Promise<HostMessage> {
    try {
      const result = await ipcMain.answer(channel, this.#event(), decodeArguments(data))
      return { kind: 'reply', id, data: codec.encode(result) }
    } catch (error) {
      // The handler failed, or answered with something that cannot be sent.
      return { kind: 'refusal', id, message: error instanceof Error ? error.message : String(error) }
    }
  }

  /**
   * Resolves once a listener has set `event.returnValue`, or at once when nobody listens or the window is closed. Takes
   * and gives JSON text.
   */
  answerSync(text: string): Promise<string> {
    const { channel, data } = JSON.parse(text) as { channel: string; data: unknown }
    return new Promise((resolve) => {
      const answer = (value: unknown): void => resolve(JSON.stringify(codec.encode(value)))
      const event = Object.defineProperty(this.#event(), 'returnValue', { set: answer })
      const isHeard = !this.#sender.isDestroyed() && ipcMain.emit(channel, event, ...decodeArguments(data))
      if (!isHeard) answer(undefined)
    })
  }

  #event(): Electron.IpcMainInvokeEvent {
    const senderFrame = this.#sender.mainFrame
    const event = {
      type: 'frame',
      sender: this.#sender,
      senderFrame,
      frameId: 1,
      processId: this.#sender.id,
      ports: [],
    }
    const reply = (channel: string, ...args: unknown[]): void => this.#sender.send(channel, ...args)
    return { ...event, reply } as unknown as Electron.IpcMainInvokeEvent
  }
}

function decodeArguments(data: unknown): readonly unknown[] {
  return codec.decode(data) as unknown[]
}

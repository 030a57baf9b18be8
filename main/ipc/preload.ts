import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron'
import { ADD_DROPPED_CHANNEL, type Answer, eventChannel, eventNames } from '../contract/channels.ts'
import {
  type AddReport,
  type Commands,
  commandNames,
  type Events,
  type LongshoreApi,
  type SkippedPath,
} from '../contract/contract.ts'

type RemoteCommands = Pick<LongshoreApi, keyof Commands>

async function call<T>(channel: string, ...args: readonly unknown[]): Promise<T> {
  const answer: Answer<T> = await ipcRenderer.invoke(channel, ...args)
  if (answer.kind === 'refused') throw new Error(answer.message)
  return answer.value
}

// One closure for each name, so that the page never chooses a channel.
const commands = Object.fromEntries(
  commandNames.map((name) => [name, (...args: readonly unknown[]) => call(name, ...args)]),
) as unknown as RemoteCommands

function on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
  if (!eventNames.includes(event)) throw new TypeError(`There is no event named ${String(event)}.`)
  // The Electron event is not passed on: its sender would give the page every channel.
  const forward = (_event: IpcRendererEvent, payload: Events[E]) => listener(payload)
  ipcRenderer.on(eventChannel(event), forward)
  return () => {
    ipcRenderer.off(eventChannel(event), forward)
  }
}

async function addDropped(files: readonly File[]): Promise<AddReport> {
  const paths: string[] = []
  const skipped: SkippedPath[] = []
  for (const file of files) {
    const path = webUtils.getPathForFile(file)
    if (path === '')
      skipped.push({ name: file.name, message: 'This is not a file on this computer, so it cannot be sent.' })
    else paths.push(path)
  }
  if (paths.length === 0) return { added: 0, skipped }
  const report = await call<AddReport>(ADD_DROPPED_CHANNEL, paths)
  return { added: report.added, skipped: [...skipped, ...report.skipped] }
}

contextBridge.exposeInMainWorld('longshore', { ...commands, on, addDropped } satisfies LongshoreApi)

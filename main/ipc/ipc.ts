import { type BrowserWindow, ipcMain } from 'electron'
import { ADD_DROPPED_CHANNEL, type Answer } from '../contract/channels.ts'
import { type AddReport, type Commands, commandNames } from '../contract/contract.ts'
import { messageOf } from '../notices/message-of.ts'
import { isOwnPage } from '../window/own-page.ts'
import { readArguments, readDroppedPaths } from './command-arguments.ts'

/** Each command as the main process carries it out: like the contract's, but it may take its time. */
export type CommandHandlers = {
  readonly [C in keyof Commands]: (
    ...args: Parameters<Commands[C]>
  ) => ReturnType<Commands[C]> | Promise<ReturnType<Commands[C]>>
}

/** The commands, and the one way in for files that were dropped: the preload hands over their paths. */
export type AppCommands = CommandHandlers & { addPaths(paths: readonly string[]): Promise<AddReport> }

/**
 * Serves the commands to the page of our own window, and to nothing else. Arguments are read before anything is done.
 */
export function serveCommands(commands: AppCommands, window: () => BrowserWindow | undefined): void {
  function handle<T>(channel: string, run: (args: readonly unknown[]) => T | Promise<T>): void {
    ipcMain.handle(channel, async (event, ...args: readonly unknown[]): Promise<Answer<T>> => {
      if (!isOwnPage(event, window()?.webContents))
        throw new Error('Only the page of the Longshore window may ask for this.')
      try {
        return { kind: 'done', value: await run(args) }
      } catch (refusal) {
        // Commands refuse with a sentence for people; anything else still reaches the person who asked.
        return { kind: 'refused', message: messageOf(refusal) }
      }
    })
  }

  const handlers: CommandHandlers = commands
  function serve<C extends keyof Commands>(name: C): void {
    handle(name, (args) => handlers[name](...readArguments[name](args)))
  }

  for (const name of commandNames) serve(name)
  handle(ADD_DROPPED_CHANNEL, (args) => commands.addPaths(readDroppedPaths(args)))
}

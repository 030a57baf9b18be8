import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export type LaunchArguments = {
  /** Files and folders to add, absolute. */
  readonly paths: readonly string[]
  /** A `longshore://` link, as it was given. */
  readonly link?: string
  /** Asks to receive on this computer, unless the person decided already. */
  readonly receiveHere: boolean
  /** Asks to open no window where the app can be reached without one. */
  readonly hidden: boolean
}

/** What the system passes when it starts the app because the person logged in. */
export const HIDDEN_SWITCH = '--hidden'

/**
 * Reads a command line of the app. The runtime may put switches of its own anywhere, and names the app's folder first when the app is not packaged;
 * so every argument that is not a switch, not the app itself and does exist counts as something to add.
 */
export function readLaunchArguments(
  argv: readonly string[],
  workingDirectory: string,
  appPath: string,
): LaunchArguments {
  const paths = argv
    .slice(1)
    .filter((argument) => argument !== '' && !argument.startsWith('-'))
    .filter((argument) => !isLink(argument))
    .map((argument) => resolve(workingDirectory, argument))
    .filter((path) => path !== appPath && existsSync(path))
  const link = argv.slice(1).find(isLink)
  const asks = { receiveHere: argv.includes('--receive-here'), hidden: argv.includes(HIDDEN_SWITCH) }
  return { paths, ...(link !== undefined && { link }), ...asks }
}

function isLink(argument: string): boolean {
  return /^longshore:\/\//i.test(argument)
}

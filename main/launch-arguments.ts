import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export type LaunchArguments = {
  /** Files and folders to add, absolute. */
  readonly paths: readonly string[]
  /** Asks to receive on this computer, unless the person decided already. */
  readonly receiveHere: boolean
}

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
    .map((argument) => resolve(workingDirectory, argument))
    .filter((path) => path !== appPath && existsSync(path))
  return { paths, receiveHere: argv.includes('--receive-here') }
}

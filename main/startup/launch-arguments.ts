import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export type LaunchArguments = {
  /** Files and folders to add, absolute. */
  readonly paths: readonly string[]
  /** The first `longshore://` link, as it was given; nothing else is taken then. */
  readonly link?: string
  /** Asks to receive on this computer, unless the person decided already. */
  readonly receiveHere: boolean
  /** Asks to open no window where the app can be reached without one. */
  readonly hidden: boolean
}

/** What the system passes when it starts the app because the person logged in. */
export const HIDDEN_SWITCH = '--hidden'

/** True for what may be one of our links, whatever it says. Each argument of a command line is looked at. */
export function isLink(text: string): boolean {
  return /^\s*longshore:/i.test(text)
}

/**
 * Reads a command line of the app. A link is all that it says: the system hands one over as the only argument, so
 * whatever else is there is nothing that a person asked for. Without one, the runtime may put switches of its own
 * anywhere, and names the app's folder first when the app is not packaged; so every argument that is not a switch, not
 * the app itself and does exist counts as something to add. Behind `--` nothing is a switch.
 */
export function readLaunchArguments(
  argv: readonly string[],
  workingDirectory: string,
  appPath: string,
): LaunchArguments {
  const given = argv.slice(1)
  const link = given.find(isLink)
  if (link !== undefined) return { paths: [], link, receiveHere: false, hidden: false }
  const end = given.includes('--') ? given.indexOf('--') : given.length
  const switches = given.slice(0, end).filter((argument) => argument.startsWith('-'))
  const paths = given
    .filter((argument, at) => argument !== '' && at !== end && (at > end || !argument.startsWith('-')))
    .map((argument) => resolve(workingDirectory, argument))
    .filter((path) => path !== appPath && existsSync(path))
  return { paths, receiveHere: switches.includes('--receive-here'), hidden: switches.includes(HIDDEN_SWITCH) }
}

import { isLink } from './launch-arguments.ts'

/** No switch of Chromium has a longer name, characters. */
const MOST_SHOWN = 60

/**
 * Switches that hand the whole app to whoever asks on a port. Another program of the person may not use a packaged app,
 * with what it is trusted with, as its puppet. Fuses switch the ones of Node off as well; the ones of Chromium have no
 * fuse.
 */
const DEBUGGING_SWITCHES = [
  'inspect',
  'inspect-brk',
  'inspect-brk-node',
  'inspect-port',
  'inspect-publish-uid',
  'inspect-wait',
  'remote-debugging-address',
  'remote-debugging-pipe',
  'remote-debugging-port',
]

/** Why the app must not start: a sentence that names the switch; undefined when it may. Only a packaged app refuses. */
export function refuseDebugging(isPackaged: boolean, hasSwitch: (name: string) => boolean): string | undefined {
  const asked = isPackaged ? DEBUGGING_SWITCHES.find(hasSwitch) : undefined
  if (asked === undefined) return undefined
  return `Longshore cannot be debugged in this build. Start it without --${asked}, or run it from its sources.`
}

/**
 * Why the app must not start with a link: a sentence that names the switch; undefined when it may. The system hands
 * over a link alone. Whoever managed to have more handed over with it must not choose how the app runs: Chromium reads
 * switches wherever they stand, up to `--`, before any code of ours does. What stands before a link is from whoever
 * starts the app. Only a packaged app refuses, and it is the only one that the system knows links for.
 */
export function refuseSwitchesOfLink(
  isPackaged: boolean,
  argv: readonly string[],
  platform: NodeJS.Platform,
): string | undefined {
  const given = argv.slice(1)
  const read = given.includes('--') ? given.slice(0, given.indexOf('--')) : given
  const link = read.findIndex(isLink)
  const isSwitch = (argument: string) => argument.startsWith('-') || (platform === 'win32' && argument.startsWith('/'))
  const brought = link < 0 ? undefined : read.slice(link + 1).find(isSwitch)
  if (!isPackaged || brought === undefined) return undefined
  const shown = brought.replace(/[^\w/-].*$/s, '').slice(0, MOST_SHOWN)
  return `A link was opened together with ${shown}, which no link may bring. Open the link alone.`
}

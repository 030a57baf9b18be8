/**
 * Switches that hand the whole app to whoever asks on a port. Another program of the person may not use a packaged app, with what it is trusted with, as
 * its puppet. Fuses switch the ones of Node off as well; the ones of Chromium have no fuse.
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

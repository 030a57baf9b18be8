import { expect, test } from 'vitest'
import { refuseDebugging } from './refuse-debugging.ts'

test.each(['inspect', 'inspect-brk', 'inspect-port', 'remote-debugging-port', 'remote-debugging-pipe'])(
  'a packaged app does not start with --%s, and says so',
  (name) => {
    expect(refuseDebugging(true, (asked) => asked === name)).toBe(
      `Longshore cannot be debugged in this build. Start it without --${name}, or run it from its sources.`,
    )
  },
)

test('an app that runs from its sources may be debugged, and other switches are nobody’s business', () => {
  expect(refuseDebugging(false, () => true)).toBeUndefined()
  expect(refuseDebugging(true, (name) => name === 'lang')).toBeUndefined()
})

import { expect, test } from 'vitest'
import { refuseDebugging, refuseSwitchesOfLink } from './refuse-debugging.ts'

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

const link = 'longshore://nas:50051/'

test.each([
  [[link, '/etc/passwd', '--gpu-launcher=/tmp/evil'], 'linux', '--gpu-launcher'],
  [['--lang=de', link, '-inspect'], 'linux', '-inspect'],
  [[link, 'longshore://other:1/', '--js-flags=--x', '--'], 'darwin', '--js-flags'],
  [[link, '/no-sandbox-here'], 'win32', '/no-sandbox-here'],
] as const)('a packaged app does not start with a switch that came with a link: %j', (given, platform, named) => {
  const argv = ['longshore', ...given]
  const sentence = `A link was opened together with ${named}, which no link may bring. Open the link alone.`
  expect(refuseSwitchesOfLink(true, argv, platform)).toBe(sentence)
  expect(refuseSwitchesOfLink(false, argv, platform)).toBeUndefined()
})

test.each([
  [[link]],
  [['--lang=de', link, '/etc/passwd']],
  [['--', link, '--gpu-launcher=/tmp/evil']],
  [[link, '--', '--gpu-launcher=/tmp/evil']],
  [['--gpu-launcher=/tmp/own']],
])('what Chromium does not read, or no link brought, is nobody’s business: %j', (given) => {
  expect(refuseSwitchesOfLink(true, ['longshore', ...given], 'linux')).toBeUndefined()
})

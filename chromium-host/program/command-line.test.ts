import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.ts'

test('without arguments the app is the working directory and nothing is inspected', () => {
  expect(parseCommandLine([])).toEqual({ target: '.', preloaded: [], forApp: [], switches: new Map() })
})

test('Playwright’s arguments are understood, and the app sees all but the preloaded module', () => {
  const args = ['-r', '/loader.js', '--inspect=0', '--remote-debugging-port=0', '/app', '--receive-here', 'a file']
  expect(parseCommandLine(args)).toEqual({
    target: '/app',
    preloaded: ['/loader.js'],
    inspectPort: 0,
    forApp: args.slice(2),
    switches: new Map([
      ['inspect', '0'],
      ['remote-debugging-port', '0'],
      ['receive-here', ''],
    ]),
  })
})

test('an inspector port may come with an address, and has a default', () => {
  expect(parseCommandLine(['--inspect=127.0.0.1:9333', '.']).inspectPort).toBe(9333)
  expect(parseCommandLine(['--inspect', '.']).inspectPort).toBe(9229)
})

test('what follows -- is the app’s alone', () => {
  const { forApp, switches } = parseCommandLine(['.', '--lang=de', '--', '--not-a-switch'])
  expect(switches).toEqual(new Map([['lang', 'de']]))
  expect(forApp).toContain('--not-a-switch')
})

test('what follows a link is the app’s alone', () => {
  const args = ['.', '--lang=de', 'longshore://nas:1/', '-r', '/evil.js', '--inspect', '--no-sandbox']
  const switches = new Map([['lang', 'de']])
  expect(parseCommandLine(args)).toEqual({ target: '.', preloaded: [], forApp: args, switches })
})

test('a module to preload must have a name', () => {
  expect(() => parseCommandLine(['.', '--require'])).toThrow('--require needs the name of a module')
})

import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'
import { mustServe } from './asking-receiver.ts'
import { startVictim } from './receiver.ts'

test('the status page has few connections, waits for nobody, and asks for its token before it looks at anything', async () => {
  const tokenFile = join(tempDir(), 'page-token')
  writeFileSync(tokenFile, 'correct-horse-battery\n', { mode: 0o600 })
  const flags = ['--status-port', '0', '--status-token-file', tokenFile]
  const canLimit = existsSync('/usr/bin/prlimit')
  const receiver = await startVictim({ access: 'tokens', flags, openFiles: canLimit ? 1024 : undefined })
  const token = receiver.token()
  const statusPort = Number(receiver.listening.statusPort)
  const crowdOfPage = Array.from({ length: 600 }, () => {
    const socket = connect(statusPort, '127.0.0.1')
    socket.on('error', () => 'it was sent away')
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nX: ')
    return socket
  })
  // Sooner than their silence would end them, which is five seconds.
  const staying = () => crowdOfPage.filter(({ destroyed }) => !destroyed).length
  await expect.poll(staying, { timeout: 4000 }).toBeLessThanOrEqual(32)
  await mustServe(receiver, token)
  // Those that never say what they want are gone soon.
  await Promise.all(crowdOfPage.map((socket) => socket.destroyed || once(socket, 'close')))

  const ask = async (target: string, more = ''): Promise<string> => {
    const socket = connect(statusPort, '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${more}Connection: close\r\n\r\n`)
    let text = ''
    socket.on('error', () => 'cut off after the answer')
    socket.on('data', (data) => {
      text += data
    })
    await once(socket, 'close')
    return text.split(' ')[1] ?? ''
  }
  const shown = 'Authorization: Bearer correct-horse-battery\r\n'
  const odd = ['//[', '//', '//a/metrics', 'http://[', 'http://']
  for (const target of odd) expect([target, await ask(target)]).toEqual([target, '401'])
  for (const target of odd) expect([target, await ask(target, shown)]).toEqual([target, '400'])
  expect(await ask('/metrics?x', shown)).toBe('200')
  expect(await ask('http://localhost/metrics', shown)).toBe('200')
  expect(await ask('/', `${shown}Content-Length: 5\r\n`)).toBe('413')
  expect(['431', '']).toContain(await ask('/', `X: ${'x'.repeat(20_000)}\r\n`))
  expect(receiver.errors()).toBe('')
})

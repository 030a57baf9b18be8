import { once } from 'node:events'
import http2 from 'node:http2'
import { expect, test } from 'vitest'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { receiving } from '../fixtures/receiving.ts'

test('a receiver grants its senders the whole window, for the connection and for each stream', async () => {
  const { receiver } = await receiving()
  const session = http2.connect(`http://127.0.0.1:${receiver.port}`)
  const [settings] = (await once(session, 'remoteSettings')) as [http2.Settings]
  expect(settings.initialWindowSize).toBe(RECEIVE_WINDOW_BYTES)
  // The window of the connection is granted by a message of its own, which is there when a later ping is answered.
  await new Promise((resolve) => session.ping(resolve))
  expect(session.state.remoteWindowSize).toBe(RECEIVE_WINDOW_BYTES)
  session.close()
})

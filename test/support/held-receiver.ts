import { startProxy } from './net/proxy.ts'
import { tempDir } from './temp-dir.ts'
import { withReceiver } from './with-receiver.ts'

/**
 * A receiver behind a proxy that lets `bytes` through and then holds, so that an upload stays under way for as long as
 * a test looks at it.
 */
export async function heldReceiver(bytes: number) {
  const there = tempDir()
  const receiver = await withReceiver(there)
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(bytes)
  return { there, receiver, proxy, address: `127.0.0.1:${proxy.port}` }
}

import { onTestFinished } from 'vitest'
import { type Receiver, startReceiver } from '../../server/receiver.ts'
import type { ReceiverConfig } from '../../server/settings/config.ts'

/**
 * A receiver on loopback, in this process, that is closed after the test.
 *
 * @param more what it is told besides. The test fails when the receiver meets what nobody expected, unless an
 * `onUnexpected` of the test hears of it.
 */
export async function withReceiver(
  directory: string,
  more: Partial<ReceiverConfig> = {},
): Promise<Receiver & { readonly address: string }> {
  const unexpected: unknown[] = []
  const onUnexpected = (error: unknown) => void unexpected.push(error)
  const receiver = await startReceiver({ directory, host: '127.0.0.1', port: 0, onUnexpected, ...more })
  onTestFinished(async () => {
    await receiver.close()
    if (unexpected.length > 0) throw new AggregateError(unexpected, 'The receiver met failures that nobody expected.')
  })
  return { ...receiver, address: `127.0.0.1:${receiver.port}` }
}

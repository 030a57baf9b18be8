import { onTestFinished } from 'vitest'
import { type Receiver, startReceiver } from '../../server/receiver.ts'

/** A receiver on loopback, in this process, that is closed after the test. */
export async function withReceiver(directory: string, port = 0): Promise<Receiver & { readonly address: string }> {
  const receiver = await startReceiver({
    directory,
    host: '127.0.0.1',
    port,
    onUnexpected: (error) => unexpected.push(error),
  })
  const unexpected: unknown[] = []
  onTestFinished(async () => {
    await receiver.close()
    if (unexpected.length > 0) throw new AggregateError(unexpected, 'The receiver met failures that nobody expected.')
  })
  return { ...receiver, address: `127.0.0.1:${receiver.port}` }
}

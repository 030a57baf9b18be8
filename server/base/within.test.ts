import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { within } from './within.ts'

/** Ends with the reason of its signal, and never by itself. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

test('a task that takes too long is ended, also when memory is tidied up meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const tidyUp: () => void = runInNewContext('gc')
  const ended = within(200, new AbortController().signal, untilAborted)
  tidyUp()
  setTimeout(tidyUp, 50)
  await expect(ended).rejects.toThrow('it took longer than 0.2 s')
})

test('a task is ended when its signal says so, also before it began', async () => {
  const controller = new AbortController()
  const ended = within(60_000, controller.signal, untilAborted)
  controller.abort(new Error('closing'))
  await expect(ended).rejects.toThrow('closing')
  await expect(within(60_000, controller.signal, untilAborted)).rejects.toThrow('closing')
})

test('a task that ends by itself is answered', async () => {
  expect(await within(60_000, new AbortController().signal, async () => 7)).toBe(7)
})

import { expect, onTestFinished, test } from 'vitest'
import { inWords, readConversations } from './conversation.ts'
import { withFreshReceiver } from './recorded.ts'
import { answeringAgain, askedAgain } from './replayed.ts'
import { play, scenes } from './scenes.ts'

const recorded = readConversations()
const names = Object.keys(scenes)

test('every scene is recorded, and nothing else', () => {
  expect(Object.keys(recorded)).toEqual(names)
})

test.each(names)('to what a sender once said, the receiver answers the same bytes: %s', async (name) => {
  const calls = recorded[name] ?? []
  const answered = await withFreshReceiver((address) => askedAgain(address, calls))
  expect(inWords(answered)).toEqual(inWords(calls))
})

test.each(names)('given the same files and answers, the sender says the same bytes: %s', async (name) => {
  const calls = recorded[name] ?? []
  const server = await answeringAgain(calls)
  onTestFinished(server.close)
  await play(scenes[name] ?? { runs: [] }, server.address, server.openCalls)
  expect(inWords(server.calls)).toEqual(inWords(calls))
})

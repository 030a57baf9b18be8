import { createCipheriv } from 'node:crypto'
import { createRandom, oneOf, type Random, wholeBetween } from '../../cli/selftest/random.ts'

export { createRandom, oneOf, type Random, wholeBetween }

/** True with this chance, from 0 to 1. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability
}

/** Chances of their own for one actor, so that what the others draw meanwhile does not change what it does. */
export function fork(random: Random): Random {
  return createRandom(wholeBetween(random, 0, 2 ** 31 - 1))
}

/** Some of `all`, at most `most`, in another order. */
export function someOf<T>(random: Random, all: readonly T[], most: number): T[] {
  const rest = [...all]
  const chosen: T[] = []
  while (chosen.length < most && rest.length > 0) chosen.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return chosen
}

/**
 * Content that is the same for the same seed and size and unlike any other. Every byte has its highest bit set, by
 * which the proxy knows that it damages content and nothing else.
 */
export function contentOf(seed: number, bytes: number): Buffer {
  const key = Buffer.alloc(16)
  key.writeUInt32LE(seed >>> 0)
  const content = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes))
  for (let at = 0; at < bytes; at++) content[at] = (content[at] ?? 0) | 0x80
  return content
}

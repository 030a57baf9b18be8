import type { Events } from './contract.ts'

/** So many are taken apart and shown within a frame or two; more at once would be felt as a standstill of the window. */
const MOST_IN_ONE_PIECE = 2000

/** A large change of uploads as several smaller ones, which come to the same one after the other. */
export function* inPieces({ changed, removed, ...about }: Events['uploads']): Generator<Events['uploads']> {
  for (let start = 0; start === 0 || start < changed.length; start += MOST_IN_ONE_PIECE) {
    yield { ...about, changed: changed.slice(start, start + MOST_IN_ONE_PIECE), removed: start === 0 ? removed : [] }
  }
}

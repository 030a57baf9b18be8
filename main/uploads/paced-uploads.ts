import type { Events } from '../contract/contract.ts'

/**
 * So many are taken apart and shown within a frame or two; more at once would be felt as a standstill of the window.
 */
export const MOST_IN_ONE_PIECE = 1000

/** Between two pieces, ms: what one piece costs the window, and time for it to draw a frame and to hear the person. */
export const PIECE_EVERY_MS = 35

/** Changes of uploads on their way to the window. */
export type PacedUploads = {
  /** Sends a change, after those before it. */
  send(change: Events['uploads']): void
  /** Sends nothing of what still waits: it is told all uploads as they are, or nobody listens any more. */
  forget(): void
}

/**
 * Sends large changes as several smaller ones, which come to the same one after the other, and leaves the window time
 * between them: when a hundred thousand files are added, it would otherwise do nothing else for seconds. A small change
 * with none before it is sent at once.
 */
export function paceUploads(send: (piece: Events['uploads']) => void): PacedUploads {
  const waiting: Events['uploads'][] = []
  let timer: NodeJS.Timeout | undefined

  function sendNext(): void {
    timer = undefined
    const piece = waiting.shift()
    if (piece === undefined) return
    send(piece)
    timer = setTimeout(sendNext, PIECE_EVERY_MS)
  }

  return {
    send(change) {
      waiting.push(...inPieces(change))
      if (timer === undefined) sendNext()
    },
    forget() {
      clearTimeout(timer)
      timer = undefined
      waiting.length = 0
    },
  }
}

function* inPieces({ changed, removed, ...about }: Events['uploads']): Generator<Events['uploads']> {
  for (let start = 0; start === 0 || start < changed.length; start += MOST_IN_ONE_PIECE) {
    yield { ...about, changed: changed.slice(start, start + MOST_IN_ONE_PIECE), removed: start === 0 ? removed : [] }
  }
}

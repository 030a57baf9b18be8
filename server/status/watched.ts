import type { IncomingFile } from '../../proto/own-receiver.ts'
import type { Counters } from '../upkeep/counters.ts'

/** What is looked at of a receiver; see `Receiver`. */
type Receiver = {
  readonly name: string
  onStored(listener: (file: StoredFile) => void): () => void
  incoming(): readonly IncomingFile[]
  counters(): Counters
  freeBytes(): Promise<number>
}

/** See `StoredEvent`. */
type StoredFile = { readonly name: string; readonly bytes: number; readonly digest: string }

/** What somebody sees who looks at a receiver. */
export type Sight = {
  readonly name: string
  readonly version: string
  readonly upSinceMs: number
  readonly freeBytes: number
  /** Over the last ten seconds. */
  readonly bytesPerSecond: number
  readonly counters: Counters
  readonly incoming: readonly IncomingFile[]
  /** The newest first. */
  readonly recent: readonly (StoredFile & { readonly atMs: number })[]
  /** Names of the devices that may send, by their id. */
  readonly devices: ReadonlyMap<string, string>
}

/** A receiver that is looked at. */
export interface Watched {
  readonly receiver: Receiver
  look(): Promise<Sight>
  close(): void
}

const MOST_RECENT = 50
const RATE_OVER_S = 10

/** @param devicesOf the names of the devices that may send, by their id. */
export function watch(
  receiver: Receiver,
  version: string,
  devicesOf: () => Promise<ReadonlyMap<string, string>>,
  now: () => number = Date.now,
): Watched {
  const upSinceMs = now()
  let recent: Sight['recent'] = []
  let samples = [receiver.counters().chunkBytes]
  const forget = receiver.onStored((file) => {
    recent = [{ ...file, atMs: now() }, ...recent].slice(0, MOST_RECENT)
  })
  const timer = setInterval(() => {
    samples = [...samples, receiver.counters().chunkBytes].slice(-RATE_OVER_S - 1)
  }, 1000).unref()
  return {
    receiver,
    async look() {
      const counters = receiver.counters()
      const seconds = Math.max(1, samples.length - 1)
      return {
        name: receiver.name,
        version,
        upSinceMs,
        freeBytes: await receiver.freeBytes(),
        bytesPerSecond: ((samples.at(-1) ?? 0) - (samples[0] ?? 0)) / seconds,
        counters,
        incoming: receiver.incoming(),
        recent,
        devices: await devicesOf(),
      }
    },
    close() {
      forget()
      clearInterval(timer)
    },
  }
}

import { Worker } from 'node:worker_threads'
import type { DigestKind } from '../../proto/digests.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { type Hash, type Hashing, hashingHere } from './hashing.ts'

/** So many buffers may be full before the caller has to wait. */
const MOST_FULL_ROOMS = 16

/** The size of a buffer: the longest chunk of our own senders. */
const ROOM_BYTES = CHUNK_BYTES

/**
 * The program of a thread, which keeps its hashes by number. It is a text because each of our programs is one bundle,
 * and is also started from its sources.
 */
const threadSource = `
const { createHash } = require('node:crypto')
const { parentPort } = require('node:worker_threads')
const hashes = new Map()
parentPort.on('message', ({ id, kind, data, forget, hex }) => {
  if (forget) return hashes.delete(id)
  if (!hashes.has(id)) hashes.set(id, createHash(kind))
  if (data) hashes.get(id).update(data)
  parentPort.postMessage({ data, hex: hex ? hashes.get(id).copy().digest('hex') : undefined })
})
`

type Answer = { readonly data: Uint8Array<SharedArrayBuffer> | undefined; readonly hex: string | undefined }

/** One thread, and what it was asked and has not answered yet. */
class HashingThread {
  readonly #worker = new Worker(threadSource, { eval: true, execArgv: [] })
  readonly #asked: ((hex: string | undefined) => void)[] = []
  readonly #roomFor: (() => void)[] = []
  readonly #forgotten = new FinalizationRegistry<number>((id) => this.#post({ id, forget: true }))
  /** Memory that both threads see and that is used again and again, so that the system need not give new pages. */
  readonly #free: SharedArrayBuffer[] = []
  #fullRooms = 0
  #ids = 0
  #isGone = false
  #isStopping = false

  constructor(onUnexpected: OnUnexpected) {
    this.#worker.unref()
    this.#worker.on('message', (answer: Answer) => this.#take(answer))
    this.#worker.on('error', onUnexpected)
    this.#worker.once('exit', () => {
      if (!this.#isStopping) onUnexpected(new Error('A thread that hashes ended; files are read again instead.'))
      this.#end()
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get fullRooms(): number {
    return this.#fullRooms
  }

  begin(kind: DigestKind): Hash {
    const id = this.#ids++
    const isLost = () => this.#isGone
    const hash: Hash = {
      get isLost() {
        return isLost()
      },
      update: (data) => this.#update(id, kind, data),
      hex: () => this.#hex(id, kind),
    }
    this.#forgotten.register(hash, id)
    return hash
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#worker.terminate()
  }

  async #update(id: number, kind: DigestKind, data: Buffer): Promise<void> {
    for (let at = 0; at < data.length && !this.#isGone; at += ROOM_BYTES) {
      const piece = data.subarray(at, at + ROOM_BYTES)
      const room = new Uint8Array(this.#free.pop() ?? new SharedArrayBuffer(ROOM_BYTES), 0, piece.length)
      room.set(piece)
      this.#fullRooms += 1
      this.#post({ id, kind, data: room })
    }
    while (this.#fullRooms > MOST_FULL_ROOMS) await new Promise<void>((resolve) => this.#roomFor.push(resolve))
  }

  async #hex(id: number, kind: DigestKind): Promise<string | undefined> {
    if (this.#isGone) return undefined
    const asked = new Promise<string | undefined>((resolve) => this.#asked.push(resolve))
    this.#post({ id, kind, hex: true })
    return asked
  }

  #post(message: object): void {
    if (!this.#isGone) this.#worker.postMessage(message)
  }

  #take({ data, hex }: Answer): void {
    if (data !== undefined) {
      this.#fullRooms -= 1
      this.#free.push(data.buffer)
    }
    if (hex !== undefined) this.#asked.shift()?.(hex)
    if (this.#fullRooms <= MOST_FULL_ROOMS) for (const go of this.#roomFor.splice(0)) go()
  }

  #end(): void {
    this.#isGone = true
    this.#fullRooms = 0
    for (const answer of this.#asked.splice(0)) answer(undefined)
    for (const go of this.#roomFor.splice(0)) go()
  }
}

/**
 * Hashes on so many threads of their own, each hash on the one that has the least to do when it is begun. What a thread
 * that ends was computing is lost; when none is left, hashes are computed on the thread that asks.
 */
export function startHashingThreads(count: number, onUnexpected: OnUnexpected): Hashing {
  const threads = Array.from({ length: count }, () => new HashingThread(onUnexpected))
  return {
    begin(kind) {
      // XXH128 takes less time than handing the bytes over.
      if (kind === 'xxh128') return hashingHere.begin(kind)
      const alive = threads.filter(({ isGone }) => !isGone)
      const [first, ...others] = alive
      if (first === undefined) return hashingHere.begin(kind)
      return others.reduce((least, one) => (one.fullRooms < least.fullRooms ? one : least), first).begin(kind)
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.stop()))
    },
  }
}

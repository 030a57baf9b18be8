import { Worker } from 'node:worker_threads'
import type { OnUnexpected } from './answer.ts'
import { type Hash, type Hashing, hashingHere } from './hashing.ts'

/** What waits for a thread at most before whoever brings more has to wait, bytes. */
const MOST_WAITING_BYTES = 16 * 1024 ** 2

/** Below this, copying costs less than handing memory over; above it, no memory is shared with another frame of HTTP/2, whose length is 16 KiB. */
const HAND_OVER_BYTES = 32 * 1024

/** What a message may have beside its data for its memory to be its own, bytes. */
const BESIDE_DATA_BYTES = 1024

/** A thread keeps its hashes by number. It is text, because every program of ours is a bundle of one file, and is started from its sources, too. */
const threadSource = `
const { createHash } = require('node:crypto')
const { parentPort } = require('node:worker_threads')
const hashes = new Map()
parentPort.on('message', ({ id, data, forget, hex }) => {
  if (forget) return hashes.delete(id)
  if (!hashes.has(id)) hashes.set(id, createHash('md5'))
  if (data) hashes.get(id).update(data)
  parentPort.postMessage({ bytes: data ? data.length : 0, hex: hex ? hashes.get(id).copy().digest('hex') : undefined })
})
`

type Answer = { readonly bytes: number; readonly hex: string | undefined }

/** One thread, and what it was asked and has not answered yet. */
class HashingThread {
  readonly #worker = new Worker(threadSource, { eval: true, execArgv: [] })
  readonly #asked: ((hex: string | undefined) => void)[] = []
  readonly #roomFor: (() => void)[] = []
  readonly #forgotten = new FinalizationRegistry<number>((id) => this.#post({ id, forget: true }))
  #waitingBytes = 0
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

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  begin(): Hash {
    const id = this.#ids++
    const isLost = () => this.#isGone
    const hash: Hash = {
      get isLost() {
        return isLost()
      },
      update: (data, mayKeep) => this.#update(id, data, mayKeep),
      hex: () => this.#hex(id),
    }
    this.#forgotten.register(hash, id)
    return hash
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#worker.terminate()
  }

  async #update(id: number, data: Buffer, mayKeep: boolean): Promise<void> {
    if (this.#isGone) return
    this.#waitingBytes += data.length
    if (mayKeep && isAlone(data)) this.#post({ id, data }, [data.buffer])
    else this.#post({ id, data: Uint8Array.from(data) })
    while (this.#waitingBytes > MOST_WAITING_BYTES) await new Promise<void>((resolve) => this.#roomFor.push(resolve))
  }

  async #hex(id: number): Promise<string | undefined> {
    if (this.#isGone) return undefined
    const asked = new Promise<string | undefined>((resolve) => this.#asked.push(resolve))
    this.#post({ id, hex: true })
    return asked
  }

  #post(message: object, handedOver: ArrayBuffer[] = []): void {
    if (!this.#isGone) this.#worker.postMessage(message, handedOver)
  }

  #take({ bytes, hex }: Answer): void {
    this.#waitingBytes -= bytes
    if (hex !== undefined) this.#asked.shift()?.(hex)
    if (this.#waitingBytes <= MOST_WAITING_BYTES) for (const go of this.#roomFor.splice(0)) go()
  }

  #end(): void {
    this.#isGone = true
    this.#waitingBytes = 0
    for (const answer of this.#asked.splice(0)) answer(undefined)
    for (const go of this.#roomFor.splice(0)) go()
  }
}

/**
 * Hashes on so many threads of their own, each hash on the one that has the least to do when it is begun. What a thread that ends was computing is
 * lost; when none is left, hashes are computed on the thread that asks.
 */
export function startHashingThreads(count: number, onUnexpected: OnUnexpected): Hashing {
  const threads = Array.from({ length: count }, () => new HashingThread(onUnexpected))
  return {
    begin() {
      const alive = threads.filter(({ isGone }) => !isGone)
      const [first, ...others] = alive
      if (first === undefined) return hashingHere.begin()
      return others.reduce((least, one) => (one.waitingBytes < least.waitingBytes ? one : least), first).begin()
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.stop()))
    },
  }
}

/** Memory that holds this and nothing that somebody else may still need. */
function isAlone(data: Buffer): data is Buffer & { readonly buffer: ArrayBuffer } {
  const { buffer } = data
  if (!(buffer instanceof ArrayBuffer) || data.length < HAND_OVER_BYTES) return false
  return buffer.byteLength - data.length <= BESIDE_DATA_BYTES
}

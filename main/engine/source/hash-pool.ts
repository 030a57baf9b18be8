import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { DigestKind } from '../../../proto/digests.ts'
import { createHashTasks, type HashAnswer, type HashTask, type HashTasks, type SavableKind } from './hash-tasks.ts'

/** The hash of one file that is being computed, from its first byte on. */
export type RunningHash = {
  /** Hashes the next bytes, which must not be changed before. One at a time. Fails when what was hashed is lost. */
  update(data: Uint8Array): Promise<void>
  /** The digest so far, lower-case hex. Asking does not end it. Fails when what was hashed is lost. */
  hex(): Promise<string>
  readonly isSavable: boolean
  /** What can be put away of it, without an `update` under way; empty before the first, and where nothing can. */
  state(): Uint8Array
}

/** Hashes files, in threads where there are some. */
export type HashPool = {
  /**
   * Begins a hash whose state can be put away, or takes one up. Throws on what is not a state of this library. It
   * survives the end of a thread.
   */
  beginSavable(kind: SavableKind, state?: Uint8Array): Promise<RunningHash>
  /** Begins one of node:crypto, which is faster, and whose state lives only as long as the thread that has it. */
  beginNative(kind: Exclude<DigestKind, 'xxh128'>): RunningHash
}

/** Less is hashed sooner than it is handed to another thread, bytes. */
const WORTH_A_THREAD_BYTES = 64 * 1024

/** Four threads hash more than any network takes. */
const MOST_THREADS = 4

/** A thread that is not ready by then is not waited for any longer, ms. It takes some ten to start. */
const READY_WITHIN_MS = 1000

/**
 * @param workerFile the built hash-worker.ts; absent: everything is hashed in this thread. So it is, too, as long as no
 *   thread is ready, and when one cannot be started or ends.
 * @param threads how many. @default one for each core but one, at most four, and none on two cores: there the hand-over
 *   costs more than it wins, as the other core has the reading, the sending and often the receiver to do
 */
export function createHashPool(workerFile?: URL, threads: number = threadsFor(availableParallelism())): HashPool {
  const tasks = createHashTasks()
  const here = hasherHere(tasks)
  let started: StartedHasher[] | undefined
  let ids = 0

  /** Started when there is something to hash: a thread costs as much as a whole send of small files. */
  function hashers(): StartedHasher[] {
    started ??= workerFile === undefined ? [] : Array.from({ length: threads }, () => startHasher(workerFile))
    return started
  }

  /** The thread with the least to do, or the one that was chosen longest ago; this one while there is none. */
  function idlest(): Hasher {
    const ready = hashers().filter(({ state }) => state() === 'ready')
    const [first] = ready.sort((one, other) => one.waiting() - other.waiting())
    if (first === undefined) return here
    started?.push(...started.splice(started.indexOf(first), 1))
    return first
  }

  const forgotten = new FinalizationRegistry<() => void>((forget) => forget())

  return {
    async beginSavable(kind, saved) {
      await tasks.prepare(kind)
      if (saved !== undefined) tasks.hexOf(kind, saved)
      let state = saved
      return {
        async update(data) {
          const task = { do: 'step', kind, data, ...(state && { state }) } as const
          // XXH128 takes less time than handing the bytes over.
          const inThread = kind === 'md5' && data.length >= WORTH_A_THREAD_BYTES ? await idlest().take(task) : undefined
          state = (inThread ?? tasks.take(task)).state
        },
        hex: async () => tasks.hexOf(kind, state),
        isSavable: true,
        state: () => state ?? new Uint8Array(),
      }
    },
    beginNative(kind) {
      const id = ids++
      let hasher: Promise<Hasher> | undefined
      const choose = async (bytes: number): Promise<Hasher> => {
        // A short file is hashed before a thread has started.
        if (bytes < WORTH_A_THREAD_BYTES) return here
        if (hashers().length > 0) await Promise.race(hashers().map(({ ready }) => ready))
        return idlest()
      }
      const ask = async (task: HashTask, bytes = 0): Promise<HashAnswer> => {
        hasher ??= choose(bytes)
        const answer = await (await hasher).take(task)
        if (answer === undefined) throw new Error('The thread that hashed the file has ended.')
        return answer
      }
      const hash: RunningHash = {
        async update(data) {
          await ask({ do: 'update', kind, id, data }, data.length)
        },
        async hex() {
          const { hex } = await ask({ do: 'hex', kind, id })
          if (hex === undefined) throw new Error('The digest of a file was not told.')
          return hex
        },
        isSavable: false,
        state: () => new Uint8Array(),
      }
      forgotten.register(hash, () => void hasher?.then((one) => one.take({ do: 'forget', id })))
      return hash
    },
  }
}

function threadsFor(cores: number): number {
  return cores <= 2 ? 0 : Math.min(cores - 1, MOST_THREADS)
}

/** Where tasks are done. */
type Hasher = {
  readonly state: () => 'starting' | 'ready' | 'gone'
  /** Tasks that are not done yet. */
  readonly waiting: () => number
  /** Resolves with undefined when the thread ended before it had done this. */
  take(task: HashTask): Promise<HashAnswer | undefined>
}

function hasherHere({ take }: HashTasks): Hasher {
  return { state: () => 'ready', waiting: () => 0, take: async (task) => take(task) }
}

/** One thread. `ready` resolves when it is, or is not going to be. */
type StartedHasher = Hasher & { readonly ready: Promise<void> }

function startHasher(workerFile: URL): StartedHasher {
  const worker = new Worker(workerFile)
  const answers: ((answer: HashAnswer | undefined) => void)[] = []
  let state: 'starting' | 'ready' | 'gone' = 'starting'
  const ready = new Promise<void>((resolve) => {
    // It keeps the process alive for whoever waits for the thread, which does not.
    const late = setTimeout(resolve, READY_WITHIN_MS)
    for (const event of ['message', 'exit', 'error'] as const)
      worker.once(event, () => {
        clearTimeout(late)
        resolve()
      })
  })
  const gone = (): void => {
    state = 'gone'
    for (const answer of answers.splice(0)) answer(undefined)
  }
  // The process may end while nothing is hashed.
  worker.unref()
  worker.on('message', (message: 'ready' | HashAnswer) => {
    if (message === 'ready') state = 'ready'
    else answers.shift()?.(message)
    if (answers.length === 0) worker.unref()
  })
  worker.on('error', gone)
  worker.on('exit', gone)
  return {
    ready,
    state: () => state,
    waiting: () => answers.length,
    take(task) {
      if (state === 'gone') return Promise.resolve(undefined)
      worker.ref()
      worker.postMessage(task)
      return new Promise((resolve) => answers.push(resolve))
    },
  }
}

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { createHashSteps, type HashedStep, type HashStep } from './hash-step.ts'

/** Hashes parts of files, in threads where there are some. */
export type HashPool = {
  take(step: HashStep): Promise<HashedStep>
  /** The digest of what was hashed, 32 lower-case hex digits. Throws on what is not a state that a step came to. */
  hex(md5State?: Uint8Array): string
}

/** A shorter part is hashed sooner than it is handed to another thread, bytes. */
const WORTH_A_THREAD_BYTES = 64 * 1024

/** Four threads hash more than any network takes. */
const MOST_THREADS = 4

/**
 * @param workerFile the built hash-worker.ts; absent: everything is hashed in this thread. So it is, too, as long as no
 *   thread is ready, and when one cannot be started or ends: hashing then takes longer, and nothing is lost.
 * @param threads how many. @default one for each core but one, at least one and at most four
 */
export async function createHashPool(
  workerFile?: URL,
  threads: number = Math.min(Math.max(availableParallelism() - 1, 1), MOST_THREADS),
): Promise<HashPool> {
  const { take, hex } = await createHashSteps()
  const hashers = workerFile === undefined ? [] : Array.from({ length: threads }, () => startHasher(workerFile))
  return {
    hex,
    async take(step) {
      if (step.chunk.length < WORTH_A_THREAD_BYTES) return take(step)
      const ready = hashers.filter(({ waiting }) => waiting() !== undefined)
      const [idlest] = ready.sort((one, other) => Number(one.waiting()) - Number(other.waiting()))
      return (await idlest?.take(step)) ?? take(step)
    },
  }
}

/** One thread. */
function startHasher(workerFile: URL) {
  const worker = new Worker(workerFile)
  const answers: ((hashed: HashedStep | undefined) => void)[] = []
  let state: 'starting' | 'ready' | 'gone' = 'starting'
  const gone = (): void => {
    state = 'gone'
    for (const answer of answers.splice(0)) answer(undefined)
  }
  // The process may end while nothing is hashed.
  worker.unref()
  worker.on('message', (message: 'ready' | HashedStep) => {
    if (message === 'ready') state = 'ready'
    else answers.shift()?.(message)
    if (answers.length === 0) worker.unref()
  })
  worker.on('error', gone)
  worker.on('exit', gone)
  return {
    /** Parts that are not hashed yet; undefined when it cannot take any. */
    waiting: (): number | undefined => (state === 'ready' ? answers.length : undefined),
    /** Resolves with undefined when the thread ended before it had hashed this part. */
    take(step: HashStep): Promise<HashedStep | undefined> {
      worker.ref()
      worker.postMessage(step)
      return new Promise((resolve) => answers.push(resolve))
    },
  }
}

import { Worker } from 'node:worker_threads'

/** A thread that does many small jobs at once, with synchronous calls: a call that waits holds up nobody else. */
export type BatchThread<Job, Answer> = {
  /** Has a job done, after those that were asked for before; undefined when the thread ended before it was done. */
  ask(job: Job): Promise<Answer | undefined>
  /** Ends the thread, when what was asked for is done. */
  close(): Promise<void>
}

export type BatchThreadOptions<Job> = {
  /** How long a thread without jobs stays, ms. @default {@link REST_MS} */
  readonly restMs?: number
  /**
   * A text that evaluates to a function from an array of jobs to `{ answers, transfer }`: an answer for each job in
   * their order, and the memory that is handed over with them. It may `require` modules of Node. It is a text because
   * each of our programs is one bundle, and is also started from its sources.
   */
  readonly source: string
  /** How long a job takes to hand over, bytes; {@link BYTES_AT_ONCE} make a batch. */
  readonly bytesOf: (job: Job) => number
  /** Makes one message of many jobs, and names the memory that is handed over with it. */
  readonly toMessage?: (jobs: readonly Job[]) => { readonly message: unknown; readonly transfer: ArrayBuffer[] }
}

/** So much is handed over at once, bytes, but for a job that is longer alone. */
const BYTES_AT_ONCE = 1024 * 1024
/** And so many jobs. */
const JOBS_AT_ONCE = 256
/** A thread that answered so short a time ago, ms, is likely to get more jobs than those of this moment. */
const BUSY_MS = 20
/** So long it waits for them, ms: to hand over a few jobs takes as long as to do them. */
const GATHER_MS = 1
/** A thread that has had nothing to do for so long ends, ms: it takes some MiB, and four open files. */
const REST_MS = 10_000
/** Its memory is cleaned up when it has so much garbage, MiB: what it makes is handed over, and not garbage. */
const YOUNG_MEBIBYTES = 4

const receive = (source: string) => `
const { parentPort } = require('node:worker_threads')
const doAll = ${source}
parentPort.on('message', (jobs) => {
  const { answers, transfer } = doAll(jobs)
  parentPort.postMessage(answers, transfer)
})
`

/**
 * Starts a thread with the first job, and ends it when none comes for a while. Jobs that are asked for while it is busy
 * are handed over together when it is not.
 */
export function createBatchThread<Job, Answer>({
  source,
  bytesOf,
  toMessage = (jobs) => ({ message: jobs, transfer: [] }),
  restMs = REST_MS,
}: BatchThreadOptions<Job>): BatchThread<Job, Answer> {
  type Asked = { readonly job: Job; readonly settle: (answer: Answer | undefined) => void }
  let waiting: Asked[] = []
  let underWay: readonly Asked[] = []
  let worker: Worker | undefined
  let isGone = false
  let isDue = false
  let whenIdle: (() => void) | undefined
  let rest: NodeJS.Timeout | undefined
  let answeredAtMs = Number.NEGATIVE_INFINITY

  function start(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES }
    const started = new Worker(receive(source), { eval: true, execArgv: [], resourceLimits })
    started.on('message', (answers: readonly Answer[]) => {
      const done = underWay
      underWay = []
      answeredAtMs = performance.now()
      for (const [index, { settle }] of done.entries()) settle(answers[index])
      handOver()
    })
    const onEnd = (): void => {
      if (started === worker) end()
    }
    started.on('error', onEnd)
    started.on('exit', onEnd)
    return started
  }

  function end(): void {
    isGone = true
    const left = [...underWay, ...waiting]
    underWay = []
    waiting = []
    for (const { settle } of left) settle(undefined)
    whenIdle?.()
  }

  /** The next job starts another thread. */
  function endForNow(): void {
    // What is about to be handed over goes to this one.
    if (waiting.length > 0) return
    const ending = worker
    worker = undefined
    void ending?.terminate()
  }

  function take(): readonly Asked[] {
    let [count, bytes] = [0, 0]
    for (const { job } of waiting) {
      bytes += bytesOf(job)
      if (count > 0 && (bytes > BYTES_AT_ONCE || count === JOBS_AT_ONCE)) break
      count++
    }
    const taken = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return taken
  }

  /** What is asked for in the same moment is done together; where many jobs come, a moment is a little longer. */
  function gather(): void {
    if (performance.now() - answeredAtMs < BUSY_MS) setTimeout(handOver, GATHER_MS)
    else setImmediate(handOver)
  }

  function handOver(): void {
    isDue = false
    if (isGone || underWay.length > 0) return
    clearTimeout(rest)
    if (waiting.length === 0) {
      // The process may end while there is nothing to do.
      worker?.unref()
      rest = setTimeout(endForNow, restMs).unref()
      whenIdle?.()
      return
    }
    worker ??= start()
    worker.ref()
    underWay = take()
    const { message, transfer } = toMessage(underWay.map(({ job }) => job))
    worker.postMessage(message, transfer)
  }

  return {
    ask(job) {
      if (isGone) return Promise.resolve(undefined)
      return new Promise((settle) => {
        waiting.push({ job, settle })
        if (!isDue && underWay.length === 0) gather()
        isDue = true
      })
    },
    async close() {
      while (!isGone && (underWay.length > 0 || waiting.length > 0)) {
        await new Promise<void>((resolve) => {
          whenIdle = resolve
        })
      }
      isGone = true
      clearTimeout(rest)
      await worker?.terminate()
    },
  }
}

import { parentPort } from 'node:worker_threads'
import { createHashSteps, type HashStep } from './hash-step.ts'

// A worker thread of hash-pool.ts: answers each step, in order.
const { take } = await createHashSteps()
parentPort?.on('message', (step: HashStep) => parentPort?.postMessage(take(step)))
parentPort?.postMessage('ready')

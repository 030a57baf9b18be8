import { parentPort } from 'node:worker_threads'
import { createHashTasks, type HashTask } from './hash-tasks.ts'

// A worker thread of hash-pool.ts: answers each task, in order.
const { prepare, take } = createHashTasks()
await prepare('md5')
parentPort?.on('message', (task: HashTask) => parentPort?.postMessage(take(task)))
parentPort?.postMessage('ready')

/**
 * Opens the upload engine, as the app does, and adds a file some time later: `engine-first-byte.js PORT PATH`. Prints
 * when it did. Runs until it is ended.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createEngine } from '../../main/engine/engine.ts'
import { memoryResumeStore } from '../../test/support/memory-resume-store.ts'
import { monotonicMs } from '../run/child.ts'

/** Until everything that happens at a start has happened, ms. */
const SETTLE_MS = 300

const [port, path = ''] = process.argv.slice(2)
const engine = await createEngine({ resumeStore: memoryResumeStore() })
await delay(SETTLE_MS)
console.log(JSON.stringify({ addedAtMs: monotonicMs() }))
const receiver = `127.0.0.1:${port}`
const { entries } = await engine.find([path], { receiver })
await engine.queue(entries, { receiver })
setInterval(() => undefined, 1000)

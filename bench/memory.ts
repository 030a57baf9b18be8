/**
 * Sends one sparse file (default 4 GiB; `npx tsx bench/memory.ts 20` for 20 GiB) with the built terminal program over
 * loopback and prints the peak resident memory of both sides, as the kernel counted it. Linux only.
 */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { peakMib } from '../test/faults/process-facts.ts'
import { start } from './run/child.ts'
import { longshore, startReceiver } from './run/receiver.ts'

const GIB = 1024 ** 3
const gib = Number(process.argv[2] ?? 4)
const work = mkdtempSync(join(tmpdir(), 'longshore-memory-'))

const file = join(work, 'sparse.img')
writeFileSync(file, '')
truncateSync(file, gib * GIB)
const receiver = await startReceiver(join(work, 'box'), { showsErrors: true })
let senderMib = 0
const to = ['--to', `127.0.0.1:${receiver.port}`, '--plaintext', '--state-dir', work, '--json']
const sender = start({ ...longshore('send', file, ...to), showsErrors: true })
const seconds = await sender.line((line) => {
  const { event, seconds } = JSON.parse(line)
  if (event === 'progress' || event === 'done') senderMib = peakMib(sender.pid) ?? 0
  return event === 'summary' ? Number(seconds) : undefined
})
await sender.done
console.log(`${gib} GiB on ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`)
const receiverMib = peakMib(receiver.child.pid) ?? 0
console.log(`sender ${senderMib.toFixed(0)} MiB, receiver ${receiverMib.toFixed(0)} MiB, ${seconds} s`)
await receiver.child.stop()
rmSync(work, { recursive: true, force: true })

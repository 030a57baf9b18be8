/**
 * Sends one sparse file (default 4 GiB; `npx tsx bench/memory.ts 20` for 20 GiB) with the built terminal program over loopback and prints the peak
 * resident memory of both sides, as the kernel counted it. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const GIB = 1024 ** 3
const gib = Number(process.argv[2] ?? 4)
const cli = join(import.meta.dirname, '../out/cli/index.js')
const work = mkdtempSync(join(tmpdir(), 'longshore-memory-'))

function run(args: readonly string[], onLine: (line: Record<string, unknown>) => void): ChildProcess {
  const child = spawn(process.execPath, [cli, ...args, '--plaintext', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line)))
  return child
}

/** Peak resident memory of a live process, MiB. */
function peakMib({ pid }: ChildProcess): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round(Number(line?.[1]) / 1024)
}

const file = join(work, 'sparse.img')
writeFileSync(file, '')
truncateSync(file, gib * GIB)
let port = 0
const receiver = run(['receive', '--dir', join(work, 'box'), '--port', '0', '--no-auth'], (line) => {
  if (line.event === 'listening') port = Number(line.port)
})
while (port === 0) await new Promise((resolve) => setTimeout(resolve, 50))
let senderMib = 0
let seconds = 0
const sender = run(['send', file, '--to', `127.0.0.1:${port}`, '--state-dir', work], (line) => {
  if (line.event === 'progress' || line.event === 'done') senderMib = peakMib(sender)
  if (line.event === 'summary') seconds = Number(line.seconds)
})
const [code] = await once(sender, 'close')
console.log(
  `${gib} GiB on ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, exit ${code}`,
)
console.log(`sender ${senderMib} MiB, receiver ${peakMib(receiver)} MiB, ${seconds} s`)
receiver.kill('SIGTERM')
await once(receiver, 'exit')
rmSync(work, { recursive: true, force: true })

/**
 * Shows the whole promise without a display: sends a 256 MiB file and a folder of 500 small ones to a receiver on this machine, kills the receiver half
 * way, starts it again, lets the upload finish by itself, and compares every byte.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'

const MIB = 1024 * 1024
const BIG_MIB = 256
const SMALL_FILES = 500

const cli = join(import.meta.dirname, '../out/cli/index.js')
const work = mkdtempSync(join(tmpdir(), 'longshore-demo-'))
const [source, received] = [join(work, 'laptop'), join(work, 'box')]
const children = new Set<ChildProcess>()
const startedAtMs = performance.now()

type Line = Readonly<Record<string, unknown>>

function say(text: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  console.log(`${seconds.padStart(5)} s  ${text}`)
}

/** Runs the terminal program; `onLine` hears each JSON line it prints. */
function longshore(args: readonly string[], onLine: (line: Line) => void): ChildProcess {
  const child = spawn(process.execPath, [cli, ...args, '--plaintext', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line)))
  return child
}

function startReceiver(port: number): Promise<{ child: ChildProcess; port: number }> {
  return new Promise((resolve, reject) => {
    const args = ['receive', '--dir', received, '--port', String(port), '--host', '127.0.0.1', '--no-auth']
    const child = longshore(args, (line) => {
      if (line.event === 'listening') resolve({ child, port: Number(line.port) })
    })
    child.once('exit', (code) => reject(new Error(`The receiver ended with ${code}.`)))
  })
}

async function makeFiles(): Promise<void> {
  mkdirSync(join(source, 'photos'), { recursive: true })
  const big = await open(join(source, 'film.mov'), 'w')
  for (let written = 0; written < BIG_MIB; written++) await big.write(randomBytes(MIB))
  await big.close()
  for (let i = 0; i < SMALL_FILES; i++) {
    writeFileSync(
      join(source, 'photos', `photo-${String(i).padStart(3, '0')}.jpg`),
      randomBytes(1 + ((i * 7919) % 65_536)),
    )
  }
}

/** Sends everything; kills and restarts the receiver when half of the big file is stored. Answers what `send` printed last. */
async function sendThroughACrash(first: {
  child: ChildProcess
  port: number
}): Promise<{ summary: Line; md5s: Map<string, string> }> {
  const md5s = new Map<string, string>()
  let summary: Line = {}
  let killed = false
  const restart = async (): Promise<void> => {
    first.child.removeAllListeners('exit')
    const dead = once(first.child, 'exit')
    first.child.kill('SIGKILL')
    await dead
    say('SIGKILL to the receiver, half way through the film. Starting it again on the same folder.')
    await startReceiver(first.port)
  }
  let restarted: Promise<void> = Promise.resolve()
  const args = ['send', join(source, 'film.mov'), join(source, 'photos'), '--to', `127.0.0.1:${first.port}`]
  const sender = longshore([...args, '--state-dir', join(work, 'state')], (line) => {
    if (line.event === 'summary') summary = line
    if (line.event === 'done') md5s.set(String(line.storedAs), String(line.md5))
    const stored = line.event === 'progress' && String(line.path).endsWith('film.mov') ? Number(line.bytesStored) : 0
    if (killed || stored < (BIG_MIB * MIB) / 2) return
    killed = true
    restarted = restart()
  })
  const [code] = await once(sender, 'close')
  await restarted
  if (!killed) throw new Error('The film went through before the receiver could be killed; nothing was shown.')
  if (code !== 0) throw new Error(`send ended with ${code}.`)
  return { summary, md5s }
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const data of createReadStream(path, { highWaterMark: MIB })) hash.update(data)
  return hash.digest('hex')
}

async function compare(md5s: ReadonlyMap<string, string>): Promise<number> {
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(source, path)
    const stored = join(received, name)
    const [here, there] = [await md5Of(path), await md5Of(stored)]
    if (here !== there || md5s.get(name) !== here)
      throw new Error(`${name} differs: ${here} was sent, ${there} is stored.`)
    if (entry.name !== 'film.mov' && !readFileSync(path).equals(readFileSync(stored)))
      throw new Error(`${name} differs.`)
  }
  await compareBytes(join(source, 'film.mov'), join(received, 'film.mov'))
  return files.length
}

async function compareBytes(a: string, b: string): Promise<void> {
  const [left, right] = [await open(a), await open(b)]
  const [x, y] = [Buffer.alloc(MIB), Buffer.alloc(MIB)]
  for (let offset = 0; ; offset += MIB) {
    const [{ bytesRead }, other] = [await left.read(x, 0, MIB, offset), await right.read(y, 0, MIB, offset)]
    if (bytesRead !== other.bytesRead || !x.equals(y)) throw new Error(`The film differs near byte ${offset}.`)
    if (bytesRead === 0) break
  }
  await left.close()
  await right.close()
}

try {
  say(`Making a film of ${BIG_MIB} MiB and a folder of ${SMALL_FILES} photos.`)
  await makeFiles()
  const first = await startReceiver(0)
  say(`A receiver listens on 127.0.0.1:${first.port}. Sending.`)
  const { summary, md5s } = await sendThroughACrash(first)
  const [files, seconds] = [Number(summary.files), Number(summary.seconds)]
  const [bytes, sent] = [Number(summary.bytes) / MIB, Number(summary.bytesSent) / MIB]
  say(`The upload finished by itself: ${files} files, ${summary.failed} failed, in ${seconds} s.`)
  say(`${bytes.toFixed(1)} MiB arrived; ${(sent - bytes).toFixed(1)} MiB were sent twice because of the crash.`)
  say(
    `Compared ${await compare(md5s)} files byte by byte, and each MD5 with what the receiver reported: all identical.`,
  )
} catch (error) {
  console.error(`The demo failed: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  for (const child of children) child.kill('SIGTERM')
  await Promise.all([...children].map((child) => once(child, 'exit')))
  rmSync(work, { recursive: true, force: true })
}

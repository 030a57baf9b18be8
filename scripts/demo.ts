/**
 * Shows the whole promise without a display: sends a 256 MiB file and a folder of 500 small ones to a receiver on this
 * machine, kills the receiver half way, starts it again, lets the upload finish by itself, and compares every byte.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type Child, start } from '../bench/run/child.ts'
import { longshore, type StartedReceiver, startReceiver } from '../bench/run/receiver.ts'

const MIB = 1024 * 1024
const BIG_MIB = 256
const SMALL_FILES = 500

const work = mkdtempSync(join(tmpdir(), 'longshore-demo-'))
const [source, received] = [join(work, 'laptop'), join(work, 'box')]
const children: Child[] = []
const startedAtMs = performance.now()

type Line = Readonly<Record<string, unknown>>

function say(text: string): void {
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  console.log(`${seconds.padStart(5)} s  ${text}`)
}

async function receive(port: number): Promise<StartedReceiver> {
  const receiver = await startReceiver(received, { port, showsErrors: true })
  children.push(receiver.child)
  return receiver
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

/**
 * Sends everything; kills and restarts the receiver when half of the big file is stored. Answers what `send` printed
 * last.
 */
async function sendThroughACrash(first: StartedReceiver): Promise<{ summary: Line; md5s: Map<string, string> }> {
  const paths = [join(source, 'film.mov'), join(source, 'photos')]
  const to = ['--to', `127.0.0.1:${first.port}`, '--plaintext', '--state-dir', join(work, 'state'), '--json']
  const sender = start({ ...longshore('send', ...paths, ...to), showsErrors: true })
  children.push(sender)
  const seen = await sender.line((line) => {
    const { event, path, bytesStored } = JSON.parse(line)
    if (event === 'summary') return 'its end'
    const isFilm = event === 'progress' && String(path).endsWith('film.mov')
    return isFilm && Number(bytesStored) >= (BIG_MIB * MIB) / 2 ? 'half of the film' : undefined
  })
  if (seen === 'its end')
    throw new Error('The film went through before the receiver could be killed; nothing was shown.')
  await first.child.stop('SIGKILL')
  say('SIGKILL to the receiver, half way through the film. Starting it again on the same folder.')
  await receive(first.port)
  await sender.done
  const said = sender.lines.map((line): Line => JSON.parse(line))
  const done = said.filter(({ event }) => event === 'done')
  const md5s = new Map(done.map(({ storedAs, md5 }) => [String(storedAs), String(md5)]))
  return { summary: said.find(({ event }) => event === 'summary') ?? {}, md5s }
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
  const first = await receive(0)
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
  await Promise.all(children.map((child) => child.stop()))
  rmSync(work, { recursive: true, force: true })
}

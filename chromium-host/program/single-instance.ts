import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a second start of the app tells the first. */
export type HandOver = { readonly argv: readonly string[]; readonly cwd: string; readonly data: unknown }

/** Long enough for the first instance to be busy, short enough for a person to wait, ms. */
const HAND_OVER_MS = 5000

/**
 * Run by a short-lived Node process, because the answer is needed synchronously. Succeeds once the first instance took
 * the message. Tries for half a second, because the first instance writes its pid a moment before it listens.
 */
const HAND_OVER_SCRIPT = `
  const { connect } = require('node:net')
  let triesLeft = 10
  const attempt = () => {
    const socket = connect(process.argv[1], () => socket.end(process.argv[2]))
    socket.on('data', () => process.exit(0))
    socket.on('error', () => {})
    socket.on('close', () => (--triesLeft > 0 ? setTimeout(attempt, 50) : process.exit(1)))
  }
  attempt()`

/** Held by the first instance of an app; later ones hand their arguments over to it. */
export class SingleInstance {
  readonly #server: Server
  readonly #files: readonly string[]

  private constructor(server: Server, files: readonly string[]) {
    this.#server = server
    this.#files = files
    server.unref()
    process.on('exit', () => this.#removeFiles())
  }

  /**
   * Becomes the one instance for `userData`, calling `onSecond` for each later one; or, when another already is,
   * gives it `mine` and returns undefined. The pid file decides who is first; an owner that does not answer is dead.
   */
  static claim(userData: string, mine: HandOver, onSecond: (theirs: HandOver) => void): SingleInstance | undefined {
    const name = createHash('sha256').update(userData).digest('hex').slice(0, 24)
    const base = join(privateFolder(), name)
    const [pidFile, socketFile] = [`${base}.pid`, `${base}.sock`]
    if (!writePid(pidFile)) {
      if (isAlive(pidFile) && handOver(socketFile, mine)) return undefined
      writeFileSync(pidFile, String(process.pid), { mode: 0o600 })
    }
    rmSync(socketFile, { force: true })
    return new SingleInstance(listen(socketFile, onSecond), [pidFile, socketFile])
  }

  release(): void {
    this.#server.close()
    this.#removeFiles()
  }

  #removeFiles(): void {
    for (const file of this.#files) rmSync(file, { force: true })
  }
}

/** A folder nobody else can put a socket into. Short, because a socket's path may have 107 bytes at most. */
function privateFolder(): string {
  const uid = process.getuid?.()
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `longshore-host-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Error(`${folder} must be a folder that only you can use (mode 0700)`)
  }
  return folder
}

function writePid(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pidFile: string): boolean {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 0)
    return true
  } catch {
    // The process is gone (ESRCH), is not ours (EPERM), or the file was just removed or holds no number.
    return false
  }
}

function handOver(socketFile: string, mine: HandOver): boolean {
  const args = ['-e', HAND_OVER_SCRIPT, socketFile, JSON.stringify(mine)]
  return spawnSync(process.execPath, args, { timeout: HAND_OVER_MS, stdio: 'ignore' }).status === 0
}

function listen(socketFile: string, onSecond: (theirs: HandOver) => void): Server {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    // The other side gave up in the middle; it will say so itself.
    socket.on('error', () => socket.destroy())
    socket.on('end', () => {
      socket.end('taken')
      onSecond(JSON.parse(Buffer.concat(parts).toString()))
    })
  })
  return server.listen(socketFile)
}

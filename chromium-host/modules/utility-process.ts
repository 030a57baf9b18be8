import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import type { Readable } from 'node:stream'
import type * as Electron from 'electron'
import { app } from '../browser/app.ts'
import { strict, strictEmitter } from '../program/unimplemented.ts'

/**
 * Loaded into the child first. It ends the child when its channel to the host breaks, also when the host is killed.
 * Messages of the host come out of `process.parentPort`, as in Electron; messages that the child posts there are not
 * implemented.
 */
const CHILD_SIDE = `
  import { EventEmitter } from 'node:events'
  process.once('disconnect', () => process.exit(1))
  process.parentPort = new EventEmitter()
  process.on('message', ({ message }) => process.parentPort.emit('message', { data: message, ports: [] }))
`

type Implemented = Pick<Electron.UtilityProcess, 'kill' | 'pid' | 'postMessage' | 'stderr' | 'stdout'>

class UtilityProcess extends strictEmitter('UtilityProcess') implements Implemented {
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    super()
    this.#child = child
    this.stdout = child.stdout
    this.stderr = child.stderr
    child.once('spawn', () => this.emit('spawn'))
    child.once('exit', (code, signal) => this.emit('exit', code ?? exitCodeOf(signal)))
    child.once('error', (error) => {
      // Node itself could not be started; there will be no exit event.
      console.error(`A utility process could not be started: ${error.message}`)
      if (child.pid === undefined) this.emit('exit', 1)
    })
  }

  /** Absent once the process has ended. */
  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined
  }

  /** Sends SIGTERM; false when the process has ended already. */
  kill(): boolean {
    return this.pid !== undefined && this.#child.kill('SIGTERM')
  }

  /** Nobody hears a message once the process has ended. Ports are not implemented. */
  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send({ message })
  }
}

/**
 * The exit code as a shell and POSIX have it: 128 and the number of the signal, for the signals that end a process in
 * practice.
 */
function exitCodeOf(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGINT: 2,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGTERM: 15,
  }
  return 128 + (numbers[signal ?? 'SIGKILL'] ?? 0)
}

function stdioOf(stdio: Electron.ForkOptions['stdio']): StdioOptions {
  const [, stdout = 'inherit', stderr = 'inherit'] = Array.isArray(stdio) ? stdio : Array(3).fill(stdio ?? 'inherit')
  return ['ignore', stdout, stderr, 'ipc']
}

/** `electron.utilityProcess`: a Node process of its own. Messages from it are not implemented. */
export const utilityProcess = strict('utilityProcess', {
  fork(modulePath: string, args: string[] = [], { env, cwd, execArgv = [], stdio }: Electron.ForkOptions = {}) {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.')
    const child = fork(modulePath, args, {
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(CHILD_SIDE)}`, ...execArgv],
      env: (env ?? process.env) as NodeJS.ProcessEnv,
      stdio: stdioOf(stdio),
      // Ctrl+C in a terminal is for the app, which decides what becomes of its processes.
      detached: true,
      ...(cwd !== undefined && { cwd }),
    })
    return new UtilityProcess(child)
  },
})

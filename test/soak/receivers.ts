import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../bench/run/free-port.ts'
import { bucketFlags, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { receiveFlags } from '../support/receive-flags.ts'
import type { Diary } from './diary.ts'
import type { Intrusion, ReceiverEnd } from './evidence.ts'
import { filesUnder } from './look.ts'
import { type Kind, nodesOf, TOKENS, usesBucket } from './plan.ts'
import { endsWithin, freeze, type Processes, type Program } from './processes.ts'
import type { Services } from './services.ts'

/** The receivers of a round: one or two, on a folder or a bucket. */
export type Receivers = {
  readonly box: string
  readonly bucket: TestBucket | undefined
  readonly redisUrl: string | undefined
  /** Where each node listens, also after it was started again. */
  readonly ports: readonly number[]
  /** How each node that was asked to end by SIGTERM did so. */
  readonly ends: ReceiverEnd[]
  /** What all nodes said on standard error. */
  stderr(): string
  /** The flags of a sender that reaches a node on this port with this token. */
  sendFlags(port: number, token: number): readonly string[]
  /** Ends a node and waits for it. */
  end(node: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  stop(node: number): Promise<void>
  go(node: number): void
  start(node: number): Promise<void>
  /**
   * Tries to start a second receiver on the same folder while the first one is stopped, so that whatever changes is the
   * second one's doing.
   */
  intrude(): Promise<Intrusion>
}

/** SIGTERM lets a receiver finish what it is about; this is much more than it takes, ms. */
const ENDS_WITHIN_MS = 30_000
const STARTS_WITHIN_MS = 30_000
const START_TRIES = 5

export async function startReceivers(
  kind: Kind,
  folder: string,
  services: Services,
  processes: Processes,
  diary: Diary,
): Promise<Receivers> {
  const box = join(folder, 'box')
  mkdirSync(box, { recursive: true })
  const count = nodesOf(kind)
  const redisUrl = count > 1 ? await services.emptyRedis() : undefined
  const bucket = usesBucket(kind) ? await services.newBucket() : undefined
  const ports: number[] = []
  for (let node = 0; node < count; node++) ports.push(await freePort())
  const access = kind === 'tls' ? 'pairing' : 'open'
  const flags = [
    ...['--max-connections-per-address', '512'],
    ...(redisUrl === undefined ? [] : ['--redis', redisUrl]),
    ...(bucket === undefined ? [] : bucketFlags(bucket)),
  ]
  const args = (port: number) => ['receive', ...receiveFlags(box, { port, access, flags })]
  const programs: (Program | undefined)[] = []
  const earlier: string[] = []
  const ends: ReceiverEnd[] = []
  const running = (node: number): Program => {
    const program = programs[node]
    if (program === undefined) throw new Error(`Node ${node} does not run.`)
    return program
  }

  const receivers: Omit<Receivers, 'sendFlags'> = {
    box,
    bucket,
    redisUrl,
    ports,
    ends,
    stderr: () => [...earlier, ...programs.map((program) => program?.errors() ?? '')].join(''),
    async end(node, signal) {
      const program = running(node)
      diary.note(`${signal} for receiver ${node}`)
      program.child.kill('SIGCONT')
      program.child.kill(signal)
      if (!(await endsWithin(program, ENDS_WITHIN_MS))) program.child.kill('SIGKILL')
      const exit = await program.ended
      diary.note(`receiver ${node} ended with ${exit}`)
      if (signal === 'SIGTERM') ends.push({ signal, exit, stderr: program.errors() })
      earlier.push(program.errors())
      programs[node] = undefined
    },
    async stop(node) {
      diary.note(`receiver ${node} is stopped`)
      await freeze(running(node))
    },
    go(node) {
      diary.note(`receiver ${node} goes on`)
      running(node).child.kill('SIGCONT')
    },
    async start(node) {
      programs[node] = await listening(() => processes.longshore(args(ports[node] ?? 0)))
      diary.note(`receiver ${node} listens on ${ports[node]}`)
    },
    async intrude() {
      const first = running(0)
      await freeze(first)
      try {
        diary.note('a second receiver tries')
        const before = filesUnder(box)
        const second = processes.longshore(args(0))
        if (!(await endsWithin(second, STARTS_WITHIN_MS))) second.child.kill('SIGKILL')
        const exit = await second.ended
        const after = filesUnder(box)
        const names = [...new Set([...before.keys(), ...after.keys()])]
        return { exit, changed: names.filter((name) => before.get(name) !== after.get(name)) }
      } finally {
        first.child.kill('SIGCONT')
      }
    },
  }
  for (let node = 0; node < count; node++) await receivers.start(node)
  const trust = kind === 'tls' ? await tokens(box, folder, processes) : () => ['--plaintext']
  return { ...receivers, sendFlags: (port, token) => ['--to', `127.0.0.1:${port}`, ...trust(token)] }
}

/** The port that a dead receiver had may be taken for a moment by a connection of somebody else. */
async function listening(start: () => Program): Promise<Program> {
  for (let tries = 1; ; tries++) {
    const program = start()
    const untilMs = performance.now() + STARTS_WITHIN_MS
    while (program.lines.length === 0 && !program.hasEnded() && performance.now() < untilMs) await program.stirs()
    if (program.lines.length > 0) return program
    program.child.kill('SIGKILL')
    if (tries === START_TRIES) throw new Error(`A receiver does not start: ${program.errors()}`)
    await delay(200)
  }
}

/** Makes the tokens of the round; answers the flags of a sender that has one of them. */
async function tokens(box: string, folder: string, processes: Processes): Promise<(token: number) => string[]> {
  let fingerprint = ''
  for (let token = 0; token < TOKENS; token++) {
    const program = processes.longshore(['token', 'create', '--dir', box, '--name', `laptop ${token}`])
    const exit = await program.ended
    fingerprint = /sha256:[0-9a-f]{64}/.exec(program.errors())?.[0] ?? ''
    if (exit !== 0 || fingerprint === '') throw new Error(`token create ended with ${exit}: ${program.errors()}`)
    writeFileSync(join(folder, `token-${token}`), `${program.lines[0]}\n`, { mode: 0o600 })
  }
  return (token) => ['--fingerprint', fingerprint, '--token-file', join(folder, `token-${token}`)]
}

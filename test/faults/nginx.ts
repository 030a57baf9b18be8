import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { listenOnLoopback } from '../support/net/listen.ts'
import { tempDir } from '../support/temp-dir.ts'

/** What we give to people as an example is what the tests run. */
const EXAMPLE = join(import.meta.dirname, '../../deploy/nginx.conf')

/** Debian keeps nginx where only root looks. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }

export const hasNginx = spawnSync('nginx', ['-v'], { env }).status === 0

export type Nginx = {
  readonly port: number
  /** The requests that ended so far, each a line with its path and its status. */
  ended(): string
  /** Reads its configuration again, with new workers; resolves when they serve. */
  reload(): Promise<void>
  /** Ends it and lets go of all its connections. */
  stop(): Promise<void>
}

export type NginxOptions = {
  /** Replacements in our example, each of something that must be in it. @default none */
  readonly changes?: Readonly<Record<string, string>>
  /** How long the workers from before a reload may go on, in nginx's own words. @default as long as they like, as nginx has it */
  readonly workersLeaveWithin?: string
}

/** Runs nginx with our example in front of a receiver on loopback, until the test ends. */
export async function startNginx(receiverPort: number, options: NginxOptions = {}): Promise<Nginx> {
  const folder = tempDir()
  const port = await freePort()
  const log = (): string => readFileSync(join(folder, 'error.log'), 'utf8')
  for (const name of ['error.log', 'ended.log']) writeFileSync(join(folder, name), '')
  writeFileSync(join(folder, 'longshore.conf'), example(port, receiverPort, options.changes))
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder, options))

  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { env })
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  onTestFinished(stop)
  const workers = (): number => log().split('start worker process ').length - 1
  const untilWorkers = async (count: number): Promise<void> => {
    for (const untilMs = performance.now() + 10_000; workers() < count; await delay(20)) {
      const isOver = child.exitCode !== null || performance.now() > untilMs
      if (isOver) throw new Error(`nginx does not serve: ${errors}${log()}`)
    }
  }
  await untilWorkers(1)
  return {
    port,
    ended: () => readFileSync(join(folder, 'ended.log'), 'utf8'),
    async reload() {
      const before = workers()
      child.kill('SIGHUP')
      await untilWorkers(before + 1)
    },
    stop,
  }
}

function example(port: number, receiverPort: number, changes: NginxOptions['changes'] = {}): string {
  const places = {
    'listen 50050 http2;': `listen 127.0.0.1:${port} http2;`,
    'server 127.0.0.1:50051;': `server 127.0.0.1:${receiverPort};`,
    ...changes,
  }
  let text = readFileSync(EXAMPLE, 'utf8')
  for (const [from, to] of Object.entries(places)) {
    if (!text.includes(`  ${from}\n`)) throw new Error(`Expected “${from}” in ${EXAMPLE}.`)
    text = text.replace(`  ${from}\n`, `  ${to}\n`)
  }
  return text
}

/** What stands around the example on a real machine, with everything that nginx writes in a folder of its own. */
function surroundings(folder: string, { workersLeaveWithin }: NginxOptions): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  for (const kind of kinds) mkdirSync(join(folder, kind))
  return [
    'daemon off;',
    'worker_processes 1;',
    // As root it would hand its workers to a user who may not use our folder.
    process.getuid?.() === 0 ? 'user root;' : '',
    workersLeaveWithin === undefined ? '' : `worker_shutdown_timeout ${workersLeaveWithin};`,
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log notice;`,
    'events {}',
    'http {',
    "log_format ended '$uri $status';",
    `access_log ${folder}/ended.log ended;`,
    ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`),
    `include ${folder}/longshore.conf;`,
    '}',
  ].join('\n')
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOnLoopback(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

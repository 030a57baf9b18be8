import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Debian keeps nginx where only root looks. */
export const NGINX_ENV = { PATH: `${process.env.PATH}:/usr/sbin` }
const env = { ...process.env, ...NGINX_ENV }
const SERVES_WITHIN_MS = 10_000

export const hasNginx = spawnSync('nginx', ['-v'], { env }).status === 0

export type NginxProcess = {
  /** Reads its configuration again, with new workers; resolves when they serve. */
  reload(): Promise<void>
  /** Ends it and lets go of all its connections. */
  stop(): Promise<void>
}

/** What nginx is to do, in its own words, line by line. */
export type NginxWork = {
  /** What comes before everything else, such as modules. @default nothing */
  readonly first?: readonly string[]
  /** The blocks that serve. */
  readonly blocks: readonly string[]
  /** Processes that serve. @default 1 */
  readonly workers?: number | 'auto'
}

/**
 * Writes what stands around it on a real machine, so that everything that nginx writes is in a folder of its own;
 * answers the path of that file.
 */
export function configureNginx(folder: string, { first = [], blocks, workers = 1 }: NginxWork): string {
  mkdirSync(folder, { recursive: true })
  const lines = [
    ...first,
    'daemon off;',
    `worker_processes ${workers};`,
    // As root it would hand its workers to a user who may not use our folder.
    process.getuid?.() === 0 ? 'user root;' : '',
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log notice;`,
    'events { worker_connections 1024; }',
    ...blocks,
  ]
  const path = join(folder, 'all.conf')
  writeFileSync(path, lines.join('\n'))
  return path
}

/** A block that serves HTTP, with what it puts aside in that folder, too. */
export function httpBlock(folder: string, lines: readonly string[]): readonly string[] {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return ['http {', ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`), ...lines, '}']
}

/** Runs nginx. Throws when it does not serve; then nothing is left running. */
export async function runNginx(folder: string, work: NginxWork): Promise<NginxProcess> {
  const path = configureNginx(folder, work)
  writeFileSync(join(folder, 'error.log'), '')
  const nginx = spawn('nginx', ['-p', folder, '-c', path], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(nginx, 'exit')
  let errors = ''
  nginx.stderr.on('data', (data) => {
    errors += data
  })
  const log = () => readFileSync(join(folder, 'error.log'), 'utf8')
  const served = () => log().split('start worker process ').length - 1
  const stop = async () => {
    nginx.kill('SIGTERM')
    await exited
  }
  const untilServed = async (count: number) => {
    for (const untilMs = performance.now() + SERVES_WITHIN_MS; served() < count; await delay(20)) {
      if (nginx.exitCode === null && performance.now() < untilMs) continue
      await stop()
      throw new Error(`nginx does not serve: ${errors}${log()}`)
    }
  }
  await untilServed(1)
  return {
    async reload() {
      const before = served()
      nginx.kill('SIGHUP')
      await untilServed(before + 1)
    },
    stop,
  }
}

/** The text of a configuration that people are given, with replacements, each of something that must be in it. */
export function changedExample(path: string, changes: Readonly<Record<string, string>>): string {
  let text = readFileSync(path, 'utf8')
  for (const [from, to] of Object.entries(changes)) {
    const at = text.lastIndexOf(from)
    if (at < 0) throw new Error(`Expected “${from}” in ${path}.`)
    text = text.slice(0, at) + to + text.slice(at + from.length)
  }
  return text
}

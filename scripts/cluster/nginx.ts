import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Debian keeps it where only root looks. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'
const EXAMPLES = join(import.meta.dirname, '../../deploy/cluster')
const STARTS_WITHIN_MS = 10_000

export const hasNginx = spawnSync('nginx', ['-v'], { env }).status === 0
/** Whether it can hand connections on without looking inside. */
export const hasNginxStream = hasNginx && existsSync(STREAM_MODULE)

/** nginx in front of nodes. */
export type RunningNginx = { stop(): Promise<void> }

/**
 * Runs nginx with the configuration that `deploy/cluster` has for people, in front of two nodes on loopback.
 *
 * @param kind `http` looks at the upload of each call, `stream` hands connections on as they are.
 * @param changes replacements in that configuration, each of something that must be in it.
 */
export async function startNginx(
  folder: string,
  port: number,
  [one, other]: readonly [number, number],
  { kind = 'http', changes = {} }: { kind?: 'http' | 'stream'; changes?: Readonly<Record<string, string>> } = {},
): Promise<RunningNginx> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'error.log'), '')
  const example = kind === 'http' ? 'nginx.conf' : 'nginx-stream.conf'
  const replaced = {
    'listen 50050': `listen 127.0.0.1:${port}`,
    '127.0.0.1:50051 ': `127.0.0.1:${one} `,
    '127.0.0.1:50052 ': `127.0.0.1:${other} `,
    ...changes,
  }
  let text = readFileSync(join(EXAMPLES, example), 'utf8')
  for (const [from, to] of Object.entries(replaced)) {
    const at = text.lastIndexOf(from)
    if (at < 0) throw new Error(`Expected “${from}” in ${example}.`)
    text = text.slice(0, at) + to + text.slice(at + from.length)
  }
  writeFileSync(join(folder, example), text)
  writeFileSync(join(folder, 'all.conf'), surroundings(folder, kind, example))
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'all.conf')], { env, stdio: 'ignore' })
  const exited = once(nginx, 'exit')
  const log = () => readFileSync(join(folder, 'error.log'), 'utf8')
  for (
    const untilMs = performance.now() + STARTS_WITHIN_MS;
    !log().includes('start worker process ');
    await delay(20)
  ) {
    if (nginx.exitCode !== null || performance.now() > untilMs) throw new Error(`nginx does not serve: ${log()}`)
  }
  return {
    async stop() {
      nginx.kill('SIGTERM')
      await exited
    },
  }
}

/** What stands around the example on a real machine, with everything that nginx writes in a folder of its own. */
function surroundings(folder: string, kind: 'http' | 'stream', example: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const include = `include ${folder}/${example};`
  const inner =
    kind === 'stream' ? [] : ['access_log off;', ...kinds.map((name) => `${name}_temp_path ${folder}/${name};`)]
  return [
    kind === 'stream' ? `load_module ${STREAM_MODULE};` : '',
    'daemon off;',
    'worker_processes 1;',
    // As root it would hand its workers to a user who may not use our folder.
    process.getuid?.() === 0 ? 'user root;' : '',
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log notice;`,
    'events { worker_connections 1024; }',
    ...(kind === 'stream' ? [include] : ['http {', ...inner, include, '}']),
  ].join('\n')
}

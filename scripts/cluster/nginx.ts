import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changedExample, hasNginx, httpBlock, type NginxProcess, runNginx } from './run-nginx.ts'

const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'
const EXAMPLES = join(import.meta.dirname, '../../deploy/cluster')

/** Whether it can hand connections on without looking inside. */
export const hasNginxStream = hasNginx && existsSync(STREAM_MODULE)

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
): Promise<NginxProcess> {
  mkdirSync(folder, { recursive: true })
  const example = kind === 'http' ? 'nginx.conf' : 'nginx-stream.conf'
  const text = changedExample(join(EXAMPLES, example), {
    'listen 50050': `listen 127.0.0.1:${port}`,
    '127.0.0.1:50051 ': `127.0.0.1:${one} `,
    '127.0.0.1:50052 ': `127.0.0.1:${other} `,
    ...changes,
  })
  writeFileSync(join(folder, example), text)
  const include = `include ${folder}/${example};`
  if (kind === 'http') return runNginx(folder, { blocks: httpBlock(folder, ['access_log off;', include]) })
  return runNginx(folder, { first: [`load_module ${STREAM_MODULE};`], blocks: [include] })
}

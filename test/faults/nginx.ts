import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { changedExample, httpBlock, type NginxProcess, runNginx } from '../../scripts/cluster/run-nginx.ts'
import { tempDir } from '../support/temp-dir.ts'

/** What we give to people as an example is what the tests run. */
const EXAMPLE = join(import.meta.dirname, '../../deploy/nginx.conf')

export type Nginx = NginxProcess & {
  readonly port: number
  /** The requests that ended so far, each a line with its path and its status. */
  ended(): string
}

export type NginxOptions = {
  /** Replacements in our example, each of something that must be in it. @default none */
  readonly changes?: Readonly<Record<string, string>>
  /**
   * How long the workers from before a reload may go on, in nginx's own words. @default as long as they like, as nginx
   * has it
   */
  readonly workersLeaveWithin?: string
}

/** Runs nginx with our example in front of a receiver on loopback, until the test ends. */
export async function startNginx(
  receiverPort: number,
  { changes = {}, workersLeaveWithin }: NginxOptions = {},
): Promise<Nginx> {
  const folder = tempDir()
  const port = await freePort()
  const example = changedExample(EXAMPLE, {
    'listen 50050 http2;': `listen 127.0.0.1:${port} http2;`,
    'server 127.0.0.1:50051;': `server 127.0.0.1:${receiverPort};`,
    ...changes,
  })
  writeFileSync(join(folder, 'longshore.conf'), example)
  const ended = join(folder, 'ended.log')
  writeFileSync(ended, '')
  const nginx = await runNginx(folder, {
    first: workersLeaveWithin === undefined ? [] : [`worker_shutdown_timeout ${workersLeaveWithin};`],
    blocks: httpBlock(folder, [
      "log_format ended '$uri $status';",
      `access_log ${ended} ended;`,
      `include ${folder}/longshore.conf;`,
    ]),
  })
  onTestFinished(nginx.stop)
  return { ...nginx, port, ended: () => readFileSync(ended, 'utf8') }
}

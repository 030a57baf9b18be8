import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { configureNginx, httpBlock, NGINX_ENV } from '../../scripts/cluster/run-nginx.ts'
import { start } from '../run/child.ts'
import { filesBelow } from '../run/files-below.ts'
import { freePort, untilListening } from '../run/free-port.ts'
import type { Peer } from '../run/peer.ts'

export const nginx: Peer = {
  name: 'nginx',
  title: 'curl -T → nginx WebDAV; of folders four files at a time (--parallel)',
  verified: 'length only',
  durable: 'no',
  needs: ['curl', 'nginx'],
  kind: 'program',
  async start(box, scratch) {
    mkdirSync(box, { recursive: true })
    const port = await freePort()
    const path = configureNginx(scratch, { blocks: httpBlock(scratch, webDav(box, port)), workers: 'auto' })
    const child = start({ program: 'nginx', args: ['-p', scratch, '-c', path], env: NGINX_ENV })
    await untilListening(child, port)
    return {
      receiver: { child, port },
      async sender(path, to) {
        const list = join(scratch, `${basename(path)}.curl`)
        writeFileSync(list, uploads(path, to))
        return { program: 'curl', args: ['--silent', '--show-error', '--fail', ...inParallel(path), '--config', list] }
      },
    }
  },
}

function inParallel(path: string): string[] {
  return statSync(path).isFile() ? [] : ['--parallel', '--parallel-max', '4']
}

/** What curl is to upload, in its own words; a URL with %-escapes takes any name. */
function uploads(path: string, port: number): string {
  const files = statSync(path).isFile() ? [path] : filesBelow(path)
  const nameOf = (file: string): string => (file === path ? basename(path) : relative(path, file))
  const lines = files.map((file) => {
    const name = nameOf(file).split('/').map(encodeURIComponent).join('/')
    return `upload-file = "${file}"\nurl = "http://127.0.0.1:${port}/${name}"\noutput = "/dev/null"\n`
  })
  return lines.join('')
}

function webDav(box: string, port: number): readonly string[] {
  return [
    'access_log off;',
    'server {',
    `listen 127.0.0.1:${port};`,
    `root ${box};`,
    'client_max_body_size 0;',
    'location / { dav_methods PUT; create_full_put_path on; }',
    '}',
  ]
}

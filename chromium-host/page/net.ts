import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as Electron from 'electron'
import { strict } from '../program/unimplemented.ts'

/** Types of the files a built window consists of; Electron knows more, and falls back to the same. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** `net.fetch`: file: URLs from disk (rejects when there is no such file), everything else with Node's fetch. */
export const netFetch: Electron.Net['fetch'] = async (input, init) => {
  const url = typeof input === 'string' ? input : input.url
  if (!url.startsWith('file:')) return fetch(input, init)
  const path = fileURLToPath(url)
  const type = MEDIA_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
  return new Response(await readFile(path), { headers: { 'content-type': type } })
}

/** `electron.net`. */
export const net = strict('net', {
  fetch: netFetch,
  isOnline: () => true,
} satisfies Pick<Electron.Net, 'fetch' | 'isOnline'>)

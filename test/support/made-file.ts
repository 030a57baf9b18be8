import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes `bytes` of content that differs at every place and from every other seed; answers its MD5, hex. */
export function makeFile(path: string, bytes: number, seed = 1): string {
  mkdirSync(dirname(path), { recursive: true })
  const content = Buffer.alloc(bytes)
  let state = seed * 2_654_435_761 || 1
  for (let i = 0; i + 4 <= bytes; i += 4) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    content.writeInt32LE(state | 0, i)
  }
  for (let i = bytes - (bytes % 4); i < bytes; i++) content[i] = (i * 31 + seed) & 0xff
  writeFileSync(path, content)
  return md5(content)
}

/** Seconds since 1970; whole, so that it can be restored. */
const SOME_TIME = 1_700_000_000

/** Makes a file whose time says nothing about its content; answers its MD5. */
export function makeUndated(path: string, bytes: number, seed: number): string {
  const digest = makeFile(path, bytes, seed)
  utimesSync(path, SOME_TIME, SOME_TIME)
  return digest
}

function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('hex')
}

export function md5OfFile(path: string): string {
  return md5(readFileSync(path))
}

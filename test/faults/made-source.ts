import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const MIB = 1024 ** 2

/** Stands in every mebibyte of a made source, so that content in a log gives itself away. */
export const CANARY = 'longshore-content-canary'

/** Writes `bytes` of content that no other seed makes and no disk can leave out; answers its SHA-256, hex. */
export function makeSource(path: string, bytes: number, seed: number): string {
  mkdirSync(dirname(path), { recursive: true })
  const key = createHash('md5').update(`source ${seed}`).digest()
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  const hash = createHash('sha256')
  const file = openSync(path, 'w')
  for (let written = 0; written < bytes; written += MIB) {
    const block = stream.update(Buffer.alloc(Math.min(MIB, bytes - written)))
    block.write(CANARY, 0)
    writeSync(file, block)
    hash.update(block)
  }
  closeSync(file)
  return hash.digest('hex')
}

import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What is sent: a file or a folder. Its content cannot be compressed, and no disk can store it as a hole. */
export type Workload = { readonly path: string; readonly bytes: number; readonly files: number }

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB

/** One file with content. */
export function makeFile(path: string, bytes: number): Workload {
  writeContent(path, bytes, createContent(path))
  return { path, bytes, files: 1 }
}

/** One sparse file of zeros, which takes no room on the disk. */
export function makeSparseFile(path: string, bytes: number): Workload {
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return { path, bytes, files: 1 }
}

/** A folder with `files` files of `bytesEach`, 100 in each of its folders; a few in the folder itself. */
export function makeFolder(path: string, files: number, bytesEach: number): Workload {
  return makeTree(path, [{ files, bytesEach }])
}

/** A folder with files of several lengths. */
export function makeTree(
  path: string,
  groups: readonly { readonly files: number; readonly bytesEach: number }[],
): Workload {
  const content = createContent(path)
  const FILES_IN_A_FOLDER = 100
  for (const [group, { files, bytesEach }] of groups.entries()) {
    for (let index = 0; index < files; index++) {
      const isSmallGroup = files <= FILES_IN_A_FOLDER
      const folder = isSmallGroup ? path : join(path, `${group}-${Math.floor(index / FILES_IN_A_FOLDER)}`)
      if (index % FILES_IN_A_FOLDER === 0) mkdirSync(folder, { recursive: true })
      writeContent(join(folder, `${group}-${index}.bin`), bytesEach, content)
    }
  }
  return {
    path,
    bytes: groups.reduce((sum, { files, bytesEach }) => sum + files * bytesEach, 0),
    files: groups.reduce((sum, { files }) => sum + files, 0),
  }
}

/** Bytes that look random, and are the same for the same name. */
function createContent(name: string): (bytes: number) => Buffer {
  const key = createHash('md5').update(name).digest()
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  return (bytes) => cipher.update(Buffer.alloc(bytes))
}

function writeContent(path: string, bytes: number, content: (bytes: number) => Buffer): void {
  const file = openSync(path, 'w')
  for (let written = 0; written < bytes; written += MIB) writeSync(file, content(Math.min(MIB, bytes - written)))
  closeSync(file)
}

/** `1 GiB`, `512 MiB`, `4 KiB`. */
export function sizeText(bytes: number): string {
  for (const [unit, name] of [
    [GIB, 'GiB'],
    [MIB, 'MiB'],
    [KIB, 'KiB'],
  ] as const) {
    if (bytes >= unit) return `${Number((bytes / unit).toFixed(2))} ${name}`
  }
  return `${bytes} bytes`
}

/** Reads `1GiB`, `512MiB`, `64 KiB`; undefined for anything else. */
export function readSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMG])iB$/.exec(text) ?? []
  if (unit === undefined) return undefined
  return Math.round(Number(number) * { K: KIB, M: MIB, G: GIB }[unit as 'K' | 'M' | 'G'])
}

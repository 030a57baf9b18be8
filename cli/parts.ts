import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** Loads built parts of the program, and keeps what they are compiled to. */
export type Parts = {
  /** The exports of a part, by its path. Throws what reading, compiling and running it throw. */
  load(file: string): unknown
  /** Writes what was compiled anew, with all functions that were called meanwhile, for the next start; or leaves it. */
  keep(): void
}

type Compiled = { readonly script: Script; readonly sourceCrc: number; readonly kept: string }

type Run = (exports: object, require: (id: string) => unknown, module: object, file: string, folder: string) => void

/** Two checksums, of the source and of what follows, 4 bytes each. */
const HEAD_BYTES = 8

/**
 * Loads CommonJS files that lie beside each other and require each other. To parse and compile them takes most of the
 * time until a command does something, so what V8 made of them is kept in a folder. It runs as it is found there: the
 * folder must be one that only this user can write to.
 *
 * @param directory where to keep it; absent: nothing is kept.
 */
export function createParts(directory: string | undefined): Parts {
  const loaded = new Map<string, { exports: object }>()
  const compiledAnew: Compiled[] = []

  function compile(file: string): Script {
    const source = readFileSync(file, 'utf8')
    const code = `(function (exports, require, module, __filename, __dirname) {${source}\n})`
    if (directory === undefined) return new Script(code, { filename: file })
    const kept = join(directory, basename(file))
    const sourceCrc = crc32(source)
    const cachedData = readKept(kept, sourceCrc)
    const script = new Script(code, { filename: file, ...(cachedData && { cachedData }) })
    // V8 rejects what another version, or the same one with other flags, has made.
    if (cachedData === undefined || script.cachedDataRejected) compiledAnew.push({ script, sourceCrc, kept })
    return script
  }

  function load(file: string): unknown {
    const known = loaded.get(file)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    loaded.set(file, module)
    const requireOther = createRequire(file)
    const require = (id: string) => (id.startsWith('./') ? load(join(dirname(file), id)) : requireOther(id))
    const run = compile(file).runInThisContext() as Run
    run(module.exports, require, module, file, dirname(file))
    return module.exports
  }

  return {
    load,
    keep() {
      for (const { script, sourceCrc, kept } of compiledAnew.splice(0)) {
        const data = script.createCachedData()
        const head = Buffer.alloc(HEAD_BYTES)
        head.writeUInt32LE(sourceCrc, 0)
        head.writeUInt32LE(crc32(data), 4)
        if (!wrote(kept, Buffer.concat([head, data]))) return
      }
    },
  }
}

/** What was kept of a source; undefined when there is nothing, or something else. */
function readKept(file: string, sourceCrc: number): Buffer | undefined {
  let kept: Buffer
  try {
    kept = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
  // V8 itself compares neither the source, but for its length, nor the data.
  const data = kept.subarray(HEAD_BYTES)
  if (kept.length < HEAD_BYTES || kept.readUInt32LE(0) !== sourceCrc || kept.readUInt32LE(4) !== crc32(data))
    return undefined
  return data
}

/** Says whether there was room. The next start is only slower without. */
function wrote(file: string, content: Buffer): boolean {
  const draft = `${file}.${process.pid}`
  try {
    writeFileSync(draft, content)
    renameSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    rmSync(draft, { force: true })
    return false
  }
}

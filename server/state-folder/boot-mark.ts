import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { lookAtPrivate, writePrivateFile } from './private-file.ts'

/**
 * Remembers for the next start which start of the machine this is: what a process that was killed left on the disk is
 * all there, and after a power cut it is not.
 */
export class BootMark {
  readonly #path: string
  readonly #now: string | undefined
  /** False also when nobody knows. */
  readonly isSame: boolean

  /** @param folder the folder that has the journal; the disk is another one when it was plugged in again. */
  static async open(folder: string): Promise<BootMark> {
    const path = join(folder, 'small-files.boot')
    const boot = await bootId()
    const { dev } = await stat(folder)
    const before = await lookAtPrivate(path)
    return new BootMark(path, boot && `${boot} ${dev}`, before.kind === 'text' ? before.text : undefined)
  }

  private constructor(path: string, now: string | undefined, before: string | undefined) {
    this.#path = path
    this.#now = now
    this.isSame = now !== undefined && now === before
  }

  async write(): Promise<void> {
    if (this.#now === undefined || this.isSame) return
    await writePrivateFile(this.#path, this.#now)
  }
}

/** Another one each time the machine starts; undefined where the system does not tell (it does on Linux). */
async function bootId(): Promise<string | undefined> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return undefined
    throw error
  }
}

import { constants } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import { createBatchThread } from '../../proto/threads/batch-thread.ts'
import { hasCode } from '../base/errors.ts'
import { MADE_MODE, makeFile } from './make-file.ts'

/** Makes, names and removes small files, many at once. */
export type SmallFileDisk = {
  /** See {@link makeFile}; the data is on its way to the disk when this resolves. */
  make(path: string, modifiedAtMs: number, data: Buffer): Promise<string>
  /** Gives a file another name as well; false when that is taken. */
  linkUnlessTaken(path: string, to: string): Promise<boolean>
  /** Takes a name away; one that is not there is success. */
  remove(path: string): Promise<void>
  close(): Promise<void>
}

type Job =
  | { readonly kind: 'make'; readonly path: string; readonly modifiedAtMs: number; readonly data: Buffer }
  | { readonly kind: 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }

type Answer = { readonly done: string } | { readonly failed: { readonly code: string; readonly message: string } }

/** What a call costs beside the bytes that it hands over, bytes. */
const CALL_BYTES = 1024

const source = `(() => {
  const fs = require('node:fs')
  const make = ({ path, modifiedAtMs, at, bytes }, memory) => {
    const file = fs.openSync(path, ${constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL}, ${MADE_MODE})
    try {
      for (let written = 0; written < bytes; )
        written += fs.writeSync(file, memory, at + written, bytes - written, written)
      fs.futimesSync(file, new Date(), new Date(modifiedAtMs))
      const { dev, ino } = fs.fstatSync(file, { bigint: true })
      return dev + ':' + ino
    } catch (error) {
      fs.unlinkSync(path)
      throw error
    } finally {
      fs.closeSync(file)
    }
  }
  const dos = {
    make,
    link: ({ path, to }) => fs.linkSync(path, to),
    remove: ({ path }) => fs.unlinkSync(path),
  }
  const answerTo = (job, memory) => {
    try {
      return { done: dos[job.kind](job, memory) ?? '' }
    } catch ({ code, errno, syscall, message }) {
      return { failed: { code, errno, syscall, message } }
    }
  }
  return ({ jobs, memory }) => ({ answers: jobs.map((job) => answerTo(job, memory)), transfer: [] })
})()`

/**
 * Works in a thread of its own: of a small file, handing each call to a thread takes far longer than the call. Should
 * there be no thread, each call is made by itself.
 */
export function openSmallFileDisk(): SmallFileDisk {
  const thread = createBatchThread<Job, Answer>({
    source,
    bytesOf: (job) => CALL_BYTES + (job.kind === 'make' ? job.data.length : 0),
    toMessage,
  })

  /** What was answered; undefined when there is no thread. */
  async function done(job: Job): Promise<string | undefined> {
    const answer = await thread.ask(job)
    if (answer !== undefined && 'failed' in answer) throw Object.assign(new Error(answer.failed.message), answer.failed)
    return answer?.done
  }

  return {
    async make(path, modifiedAtMs, data) {
      return (await done({ kind: 'make', path, modifiedAtMs, data })) ?? makeFile(path, modifiedAtMs, data)
    },
    async linkUnlessTaken(path, to) {
      try {
        if ((await done({ kind: 'link', path, to })) === undefined) await link(path, to)
        return true
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false
        throw error
      }
    },
    async remove(path) {
      try {
        if ((await done({ kind: 'remove', path })) === undefined) await rm(path, { force: true })
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error
      }
    },
    close: thread.close,
  }
}

/** The data of all files in one piece of memory, which is handed over. */
function toMessage(jobs: readonly Job[]): { message: unknown; transfer: ArrayBuffer[] } {
  const bytes = jobs.reduce((sum, job) => sum + (job.kind === 'make' ? job.data.length : 0), 0)
  const memory = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer)
  let at = 0
  const told = jobs.map((job) => {
    if (job.kind !== 'make') return job
    const { data, ...rest } = job
    memory.set(data, at)
    at += data.length
    return { ...rest, at: at - data.length, bytes: data.length }
  })
  return { message: { jobs: told, memory }, transfer: [memory.buffer] }
}

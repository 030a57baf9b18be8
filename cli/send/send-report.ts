import { resolve, sep } from 'node:path'
import type { Bottleneck, UploadSnapshot } from '../../main/contract/contract.ts'
import { toldDigest } from '../../proto/digest/digest-forms.ts'
import type { Shortage } from '../../proto/shortage.ts'
import { printable } from '../../server/base/printable.ts'

/** How one `send` went, in total. */
export type SendSummary = {
  /** Failed ones included. */
  readonly files: number
  readonly failed: number
  /** Empty folders that were made; they are no files. */
  readonly emptyFolders: number
  readonly bytes: number
  readonly bytesSent: number
  readonly seconds: number
}

/** Where a `send` tells how it goes: people or a program. `path` is as the person wrote it. */
export type SendReport = {
  progress(path: string, upload: UploadSnapshot): void
  done(path: string, upload: UploadSnapshot): void
  failed(path: string, reason: string, message: string, shortage?: Shortage): void
  /** Something goes on by itself, and `message` says when. */
  interrupted(path: string, reason: string, message: string, shortage?: Shortage): void
  /** Something in a folder is not sent, which is no failure. */
  skipped(path: string, reason: string, message: string): void
  /** What limits the rate now; undefined when that cannot be told. */
  limitedBy(bottleneck: Bottleneck | undefined): void
  /** A sentence that is not about one file's end. */
  note(message: string): void
  summary(summary: SendSummary): void
}

/** At most this often for each file, ms. */
const PROGRESS_INTERVAL_MS = 200

/** One JSON object a line on standard output, nothing else there; notes go to standard error. */
export function createJsonReport(
  print: (line: string) => void,
  nowMs: () => number = () => performance.now(),
): SendReport {
  const reportedAtMs = new Map<string, number>()
  // An update that comes too soon is kept and printed later, so that the last one before a standstill is not lost.
  const later = new Map<string, { upload: UploadSnapshot; readonly timer: NodeJS.Timeout }>()
  const forgetLater = (path: string): void => {
    clearTimeout(later.get(path)?.timer)
    later.delete(path)
  }
  const event = (fields: object): void => print(`${JSON.stringify(fields)}\n`)
  return {
    progress(path, upload) {
      const { sizeBytes, status } = upload
      if (status.kind !== 'sending') return forgetLater(path)
      const waitMs = (reportedAtMs.get(path) ?? Number.NEGATIVE_INFINITY) + PROGRESS_INTERVAL_MS - nowMs()
      const waiting = later.get(path)
      if (waitMs > 0 && waiting !== undefined) {
        waiting.upload = upload
        return
      }
      if (waitMs > 0) {
        const tell = (): void => {
          const latest = later.get(path)?.upload ?? upload
          later.delete(path)
          this.progress(path, latest)
        }
        later.set(path, { upload, timer: setTimeout(tell, Math.ceil(waitMs)).unref() })
        return
      }
      forgetLater(path)
      reportedAtMs.set(path, nowMs())
      const bytesPerSecond = Math.round(status.bytesPerSecond ?? 0)
      event({ event: 'progress', path, bytesStored: status.bytesStored, bytesTotal: sizeBytes, bytesPerSecond })
    },
    limitedBy() {},
    done(path, { sizeBytes, status }) {
      forgetLater(path)
      reportedAtMs.delete(path)
      if (status.kind !== 'done' || status.digest === undefined) return
      const { storedAs, bytesSent, digest } = status
      event({ event: 'done', path, storedAs, bytes: sizeBytes, bytesSent, ...toldDigest(digest), verified: true })
    },
    failed(path, reason, message, shortage) {
      forgetLater(path)
      event({ event: 'failed', path, reason, message, ...shortage })
    },
    interrupted(path, reason, message, shortage) {
      this.note(message)
      // What there is to know beside the sentence: a program may make room.
      if (shortage !== undefined) event({ event: 'interrupted', path, reason, message, ...shortage })
    },
    skipped(path, reason, message) {
      this.note(leftOut(path, message))
      event({ event: 'skipped', path, reason, message })
    },
    note: (message) => void process.stderr.write(`longshore: ${printable(message)}\n`),
    summary: ({ files, failed, bytes, bytesSent, seconds }) =>
      event({ event: 'summary', files, failed, bytes, bytesSent, seconds }),
  }
}

/** The sentence about a path that is not sent. */
export function leftOut(path: string, message: string): string {
  return `${path} is left out: ${message}`
}

/** Turns the absolute paths that the engine knows back into what the person wrote. */
export function createPathNamer(given: readonly string[]): (source: string) => string {
  const roots = given.map((path) => ({ path, absolute: resolve(path) }))
  return (source) => {
    for (const { path, absolute } of roots) {
      if (source === absolute) return path
      if (source.startsWith(absolute + sep)) return path.replace(/[/\\]+$/, '') + source.slice(absolute.length)
    }
    return source
  }
}

import { resolve, sep } from 'node:path'
import type { UploadSnapshot } from '../main/contract.ts'
import { printable } from './printable.ts'

/** How one `send` went, in total. */
export type SendSummary = {
  readonly files: number
  readonly failed: number
  readonly bytes: number
  readonly bytesSent: number
  readonly seconds: number
}

/** Where a `send` tells how it goes: people or a program. `path` is as the person wrote it. */
export type SendReport = {
  progress(path: string, upload: UploadSnapshot): void
  done(path: string, upload: UploadSnapshot): void
  failed(path: string, reason: string, message: string): void
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
  const event = (fields: object): void => print(`${JSON.stringify(fields)}\n`)
  return {
    progress(path, { id, sizeBytes, status }) {
      if (status.kind !== 'sending') return
      const lastMs = reportedAtMs.get(id)
      if (lastMs !== undefined && nowMs() - lastMs < PROGRESS_INTERVAL_MS) return
      reportedAtMs.set(id, nowMs())
      const bytesPerSecond = Math.round(status.bytesPerSecond ?? 0)
      event({ event: 'progress', path, bytesStored: status.bytesStored, bytesTotal: sizeBytes, bytesPerSecond })
    },
    done(path, { id, sizeBytes, status }) {
      reportedAtMs.delete(id)
      if (status.kind !== 'done' || status.md5 === undefined) return
      const { storedAs, bytesSent, md5 } = status
      event({ event: 'done', path, storedAs, bytes: sizeBytes, bytesSent, md5, verified: true })
    },
    failed: (path, reason, message) => event({ event: 'failed', path, reason, message }),
    note: (message) => void process.stderr.write(`longshore: ${printable(message)}\n`),
    summary: (summary) => event({ event: 'summary', ...summary }),
  }
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

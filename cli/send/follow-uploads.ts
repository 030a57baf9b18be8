import { dirname, resolve } from 'node:path'
import type { UploadId, UploadSnapshot } from '../../main/contract/contract.ts'
import type { Engine, Skipped } from '../../main/engine/engine.ts'
import { type GivenReason, policyFor } from '../../proto/reasons.ts'
import type { SendReport } from './send-report.ts'

/**
 * Counts of files, failed ones included, and of empty folders; bytes of files that arrived, and bytes that were put on
 * the wire for any.
 */
export type Totals = { files: number; failed: number; emptyFolders: number; bytes: number; bytesSent: number }

/** What became of what was named: uploads, and what is not sent. */
export type Added = { readonly ids: readonly UploadId[]; readonly skipped: readonly Skipped[] }

/** Their messages say themselves that the upload begins anew. */
const saysWhatFollows = new Set<GivenReason>(['STORED_OTHER', 'PARAMS_CHANGED'])

/** Paths inside a folder that are not sent for one of these reasons are left out, which is no failure. */
const leftOut = new Set<string>(['NOT_A_FILE', 'STATE_FOLDER'])

/**
 * Adds uploads of `paths` and reports on them until each has ended, or the person stops it with Ctrl+C. `nameOf` turns
 * a source into what the person wrote; `isThreeRpc` tells whether the receiver has answered as one that knows only the
 * first three rpcs: it makes no empty folders.
 */
export async function followUploads(
  engine: Engine,
  paths: readonly string[],
  add: () => Promise<Added>,
  nameOf: (source: string) => string,
  report: SendReport,
  isThreeRpc: () => boolean,
): Promise<Totals | 'interrupted'> {
  const totals: Totals = { files: 0, failed: 0, emptyFolders: 0, bytes: 0, bytesSent: 0 }
  const failed = new Set<string>()
  let done = 0
  const troubles = new Set<GivenReason>()
  const moved = new Set<string>()
  let reached = false
  const pathOf = ({ id, path }: UploadSnapshot): string => nameOf(engine.sourceOf(id) ?? path)

  function follow(upload: UploadSnapshot): void {
    const { id, status, sizeBytes } = upload
    if (failed.has(id)) return
    if (upload.moved && !moved.has(id)) {
      moved.add(id)
      report.note(`${pathOf(upload)} moved to another node of the receiver; nothing is lost.`)
    }
    report.progress(pathOf(upload), upload)
    // A receiver that never answered is given up soon, so there is nothing to promise yet. One that told figures did
    // answer.
    const isHeard = reached || isThreeRpc() || (status.kind === 'interrupted' && status.shortage !== undefined)
    if (status.kind === 'interrupted' && isHeard && !troubles.has(status.reason)) {
      troubles.add(status.reason)
      const message = `${asSentence(status.message)}${whatFollows(status.reason)}`
      report.interrupted(pathOf(upload), status.reason, message, status.shortage)
    }
    if (status.kind === 'done' || (status.kind === 'sending' && status.bytesPerSecond !== undefined)) {
      reached = true
      troubles.clear()
    }
    if (status.kind === 'failed') {
      failed.add(id)
      totals.files += 1
      totals.failed += 1
      totals.bytesSent += status.bytesSent ?? 0
      report.failed(pathOf(upload), status.reason, status.message, status.shortage)
    }
    if (status.kind === 'done') {
      done += 1
      // An empty folder has no digest and is no file.
      if (status.digest === undefined && isThreeRpc()) {
        report.skipped(pathOf(upload), 'NO_FOLDERS', 'The receiver knows no folders, so this empty one is not there.')
        return
      }
      if (status.digest === undefined) totals.emptyFolders += 1
      else totals.files += 1
      totals.bytes += sizeBytes
      totals.bytesSent += status.bytesSent
      report.done(pathOf(upload), upload)
    }
  }

  function skip({ name, reason, message, named }: Skipped): void {
    // A path that the person named has to be sent, or has failed. A path found in a folder may be left out.
    if (!named && leftOut.has(reason)) {
      report.skipped(nameOf(name), reason, message)
      return
    }
    fail(nameOf(name), reason, message)
  }

  function fail(path: string, reason: string, message: string): void {
    totals.files += 1
    totals.failed += 1
    report.failed(path, reason, message)
  }

  const signals = ['SIGINT', 'SIGTERM'] as const
  let interrupt: (() => void) | undefined
  let unfollow: (() => void) | undefined
  try {
    return await new Promise<Totals | 'interrupted'>((resolve, reject) => {
      let expected: number | undefined
      const settle = (): void => {
        if (failed.size + done === expected) resolve(totals)
      }
      interrupt = () => resolve('interrupted')
      for (const signal of signals) process.once(signal, interrupt)
      unfollow = engine.onChange(({ changed, bottleneck }) => {
        report.limitedBy(bottleneck)
        changed.forEach(follow)
        // What was reported need not be kept.
        const reported = changed.flatMap(({ id, status }) => (status.kind === 'done' ? [id] : []))
        if (reported.length > 0) engine.clear(reported)
        settle()
      })
      add().then(({ ids, skipped }) => {
        skipped.forEach(skip)
        const sources = ids.flatMap((id) => engine.sourceOf(id) ?? [])
        for (const path of emptied(paths, skipped, sources)) {
          fail(path, 'NOTHING_TO_SEND', 'Nothing was sent of this folder: everything in it is left out.')
        }
        expected = ids.length
        settle()
      }, reject)
    })
  } finally {
    unfollow?.()
    for (const signal of signals) if (interrupt) process.off(signal, interrupt)
  }
}

function whatFollows(reason: GivenReason): string {
  if (saysWhatFollows.has(reason)) return ''
  return policyFor(reason).remedy === 'retry-once' ? ' Trying once more.' : ' Trying again until it works.'
}

/** The folders among the named paths in which something was left out, and nothing was found to send. */
function emptied(paths: readonly string[], skipped: readonly Skipped[], sources: readonly string[]): readonly string[] {
  const names = new Map(paths.map((path) => [resolve(path), path]))
  const foldersOf = (path: string): string[] => {
    const folders: string[] = []
    for (let at = path, above = dirname(at); above !== at; at = above, above = dirname(at)) {
      if (names.has(above)) folders.push(above)
    }
    return folders
  }
  const unnamed = skipped.filter(({ named, reason }) => !named && leftOut.has(reason))
  const suspects = new Set(unnamed.flatMap(({ name }) => foldersOf(name)))
  if (suspects.size === 0) return []
  // A folder that was found empty is sent as such.
  for (const source of sources) for (const folder of [source, ...foldersOf(source)]) suspects.delete(folder)
  return [...suspects].map((folder) => names.get(folder) ?? folder)
}

/** A receiver's own words may end without a full stop. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

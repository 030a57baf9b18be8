import { SingleBar } from 'cli-progress'
import { checksumLine } from '../../proto/digest/checksum-lines.ts'
import { digestText, digestWords, toldDigest } from '../../proto/digest/digest-forms.ts'
import type { DigestKind } from '../../proto/digests.ts'
import { printable } from '../../server/base/printable.ts'
import { type Received, receivedAt, type Verdict, verify } from '../../server/upkeep/verify.ts'
import { formatBytes, formatSeconds } from '../shared/format.ts'
import { UsageError } from '../shared/usage-error.ts'
import { toUsageError } from './receiving-folder.ts'

const SOME_WRONG = 1

/** When no received files are known, that is no success: the log may have been moved away. */
const NOTHING_KNOWN = 'No received files are known there, so nothing was verified.'

/** What all verdicts come to. */
type Summary = {
  readonly files: number
  readonly damaged: number
  readonly missing: number
  readonly bytes: number
  readonly seconds: number
}

/** Where a `verify` tells how it goes: people or a program. */
type VerifyReport = {
  read(bytes: number): void
  verdict(verdict: Verdict): void
  summary(summary: Summary): void
}

/** Verifies what was received at `path`; resolves with the exit status. */
export async function verifyAt(path: string, json: boolean): Promise<number> {
  return verifyAll(await foundAt(path), json)
}

/** Prints a list of what was received at `path`; resolves with the exit status. */
export async function listAt(path: string, kind: DigestKind): Promise<number> {
  return printList(await foundAt(path), kind)
}

/** What was received at a path. Throws UsageError when nothing was. */
async function foundAt(path: string): Promise<Received> {
  const tell = ({ message }: Error) =>
    void process.stderr.write(`${message}
`)
  const received = await receivedAt(path, tell).catch((error: unknown) => {
    throw toUsageError(error)
  })
  if (received === undefined) throw new UsageError(`“${path}” is not in a folder that Longshore receives into.`)
  const elsewhere = [...received.inBuckets].map(([bucket, count]) => `${count} in ${printable(bucket)}`).join(', ')
  if (received.files.length === 0 && elsewhere !== '')
    throw new UsageError(`what was received there is in buckets, which cannot be read here: ${elsewhere}.`)
  if (elsewhere !== '') process.stderr.write(`Not read, because they are in buckets: ${elsewhere}.\n`)
  if (received.files.length === 0 && !received.isWhole) throw new UsageError(`nothing was received at “${path}”.`)
  return received
}

async function verifyAll(received: Received, json: boolean): Promise<number> {
  const report = json ? jsonReport() : barReport(received.bytes)
  const startedAtMs = performance.now()
  const count = { verified: 0, damaged: 0, missing: 0 }
  let bytes = 0
  for await (const verdict of verify(received, report.read)) {
    count[verdict.kind]++
    if (verdict.kind !== 'missing') bytes += verdict.bytes
    report.verdict(verdict)
  }
  const { damaged, missing } = count
  const seconds = Math.round(performance.now() - startedAtMs) / 1000
  report.summary({ files: received.files.length, damaged, missing, bytes, seconds })
  return damaged + missing === 0 ? 0 : SOME_WRONG
}

/**
 * Prints a line for each file; those whose digest of this kind is known are not read. Problems go to standard error.
 */
async function printList(received: Received, kind: DigestKind): Promise<number> {
  const print = (line: string) => process.stdout.write(line)
  const unknown = received.files.filter(({ digest }) => digest.kind !== kind)
  for (const { digest, path } of received.files) if (digest.kind === kind) print(checksumLine(digest, path))
  let wrong = 0
  for await (const verdict of verify({ ...received, files: unknown }, undefined, kind)) {
    if (verdict.kind === 'verified' && verdict.also !== undefined) print(checksumLine(verdict.also, verdict.name))
    else {
      wrong += 1
      process.stderr.write(`${problemOf(verdict)}\n`)
    }
  }
  if (received.files.length === 0) process.stderr.write(`${NOTHING_KNOWN}\n`)
  return wrong === 0 ? 0 : SOME_WRONG
}

/** A verdict as a program is told it. Of an MD5 there is only the hex where it always was. */
function told(verdict: Verdict): object {
  const { kind: event, name, bytes } = verdict
  if (verdict.kind !== 'damaged') return { event, name, bytes, ...toldDigest(verdict.digest) }
  const { digest, expected } = verdict
  const isMd5 = expected.kind === 'md5'
  const found = digest === undefined ? { digest: '', ...(isMd5 && { md5: '' }) } : toldDigest(digest)
  return { event, name, bytes, ...found, expected: isMd5 ? expected.hex : digestText(expected) }
}

/** One JSON object a line on standard output. */
function jsonReport(): VerifyReport {
  const event = (fields: object) => process.stdout.write(`${JSON.stringify(fields)}\n`)
  return {
    read: () => {},
    verdict: (verdict) => event(told(verdict)),
    summary(summary) {
      if (summary.files === 0) process.stderr.write(`${NOTHING_KNOWN}\n`)
      event({ event: 'summary', ...summary })
    },
  }
}

/** A line for each problem and one at the end; on a terminal a bar above them while files are read. */
function barReport(totalBytes: number): VerifyReport {
  const bar = new SingleBar({
    format: 'Verifying {bar} {percentage}% of {size}',
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    // Without a terminal there is no bar.
    noTTYOutput: false,
  })
  bar.start(totalBytes, 0, { size: formatBytes(totalBytes) })
  const problems: string[] = []
  return {
    read: (bytes) => bar.increment(bytes),
    verdict(verdict) {
      const problem = problemOf(verdict)
      if (problem !== undefined) problems.push(problem)
    },
    summary({ files, damaged, missing, bytes, seconds }) {
      bar.stop()
      for (const problem of problems) process.stdout.write(`${problem}\n`)
      if (files === 0) {
        process.stdout.write(`${NOTHING_KNOWN}\n`)
        return
      }
      const outcome = damaged + missing === 0 ? 'all as they arrived' : `${damaged} damaged, ${missing} missing`
      const figures = `${formatBytes(bytes)} read in ${formatSeconds(seconds)}`
      process.stdout.write(`${files} ${files === 1 ? 'file' : 'files'}, ${outcome}: ${figures}\n`)
    },
  }
}

function problemOf(verdict: Verdict): string | undefined {
  const name = printable(verdict.name)
  switch (verdict.kind) {
    case 'verified':
      return undefined
    case 'missing':
      return `✗ ${name}: missing`
    case 'damaged':
      if (verdict.digest === undefined) return `✗ ${name}: cannot be read`
      return `✗ ${name}: damaged, ${digestWords(verdict.digest)} instead of ${verdict.expected.hex}`
  }
}

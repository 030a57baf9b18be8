import { MultiBar, Presets, type SingleBar } from 'cli-progress'
import { type Bottleneck, bytesStored, type UploadSnapshot } from '../../main/contract/contract.ts'
import { printable } from '../../server/base/printable.ts'
import { formatBytes, formatSeconds } from '../shared/format.ts'
import { leftOut, type SendReport } from './send-report.ts'

/**
 * A file gets a bar when it is on its way for longer than this, ms: a bar for each of many small files would take
 * longer than the files.
 */
const BAR_AFTER_MS = 300

/** Progress bars for people on a terminal, and one line for each end of a file. Without a terminal only the lines. */
export function createBarReport(): SendReport {
  const bars = new MultiBar(
    {
      format: '{name} {bar} {percentage}% | {stored} of {total} | {rate} | {left}{limit}',
      clearOnComplete: true,
      hideCursor: true,
      linewrap: false,
      stream: process.stderr,
    },
    Presets.shades_classic,
  )
  const shown = new Map<string, SingleBar>()
  const begunAtMs = new Map<string, number>()
  const line = (text: string): void => {
    if (process.stderr.isTTY) bars.log(`${text}\n`)
    else process.stdout.write(`${text}\n`)
  }
  const note = (message: string): void => line(`longshore: ${printable(message)}`)
  let limit = ''
  const drop = (id: string): void => {
    const bar = shown.get(id)
    if (bar !== undefined) bars.remove(bar)
    shown.delete(id)
    begunAtMs.delete(id)
  }
  const isNew = (id: string): boolean => {
    const nowMs = performance.now()
    const beganMs = begunAtMs.get(id) ?? nowMs
    begunAtMs.set(id, beganMs)
    return nowMs - beganMs < BAR_AFTER_MS
  }
  return {
    progress(_path, upload) {
      if (!process.stderr.isTTY) return
      if (upload.status.kind !== 'sending' && upload.status.kind !== 'verifying') return drop(upload.id)
      if (isNew(upload.id)) return
      const bar = shown.get(upload.id) ?? bars.create(upload.sizeBytes, 0, fieldsOf(upload, limit))
      shown.set(upload.id, bar)
      // Nothing shows as complete before it is verified.
      bar.update(Math.min(bytesStored(upload), Math.floor(upload.sizeBytes * 0.99)), fieldsOf(upload, limit))
    },
    limitedBy(bottleneck) {
      limit = bottleneck === undefined ? '' : ` | limit: ${stageNames[bottleneck.stage]}`
    },
    done(path, { id, status }) {
      drop(id)
      if (status.kind !== 'done') return
      // An empty folder has nothing to verify.
      if (status.digest === undefined) return line(`✓ ${printable(path)}: an empty folder, made`)
      const renamed = status.storedAs === path ? '' : ` as ${printable(status.storedAs)}`
      line(`✓ ${printable(path)}: verified, stored${renamed}`)
    },
    failed: (path, _reason, message) => line(`✗ ${printable(path)}: ${printable(message)}`),
    interrupted: (_path, _reason, message) => note(message),
    skipped(path, _reason, message) {
      const text = `longshore: ${printable(leftOut(path, message))}\n`
      if (process.stderr.isTTY) bars.log(text)
      else process.stderr.write(text)
    },
    note,
    summary({ files, failed, emptyFolders, bytes, bytesSent, seconds }) {
      bars.stop()
      if (files === 0) {
        const folders = emptyFolders === 1 ? ', 1 empty folder' : `, ${emptyFolders} empty folders`
        process.stdout.write(`no files${emptyFolders > 0 ? folders : ''}\n`)
        return
      }
      const outcome = failed === 0 ? 'all verified' : `${failed} failed`
      const rate = bytesSent > 0 ? `, ${formatBytes(bytesSent / seconds)}/s` : ''
      const figures = `${formatBytes(bytes)} arrived, ${formatBytes(bytesSent)} sent in ${formatSeconds(seconds)}${rate}`
      process.stdout.write(`${files} ${files === 1 ? 'file' : 'files'}, ${outcome}: ${figures}\n`)
    },
  }
}

const stageNames: Readonly<Record<Bottleneck['stage'], string>> = {
  source: 'this disk',
  hashing: 'hashing',
  processor: 'this computer',
  network: 'the network',
  receiver: 'the receiver',
  limit: '--limit',
}

function fieldsOf({ name, sizeBytes, status }: UploadSnapshot, limit: string): object {
  const sending = status.kind === 'sending' ? status : undefined
  return {
    limit,
    name: printable(name).slice(0, 28).padEnd(28),
    stored: formatBytes(sending?.bytesStored ?? sizeBytes),
    total: formatBytes(sizeBytes),
    rate:
      sending?.bytesPerSecond === undefined
        ? sending
          ? '…'
          : 'verifying'
        : `${formatBytes(sending.bytesPerSecond)}/s`,
    left: sending?.secondsLeft === undefined ? '' : `${formatSeconds(sending.secondsLeft)} left`,
  }
}

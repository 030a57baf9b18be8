import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isSettled, type UploadSnapshot } from '../../main/contract/contract.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { STATE_FOLDER } from '../../server/names/safe-path.ts'
import { type Receiver, startReceiver } from '../../server/receiver.ts'
import { formatBytes, formatSeconds } from '../shared/format.ts'
import { type Checks, listed, Problem } from './checks.ts'
import { differences, makeFile } from './files.ts'
import { withScratch } from './scratch.ts'
import { type SelftestSending, sendThroughEngine, unfinished } from './send.ts'

/** Starts a receiver on a folder. `onUnexpected` hears failures that a receiver must not have. */
export type StartReceiver = (directory: string, onUnexpected: (error: unknown) => void) => Promise<Receiver>

/** Around every edge of a chunk, and one that is spread over all connections; bytes. */
const SIZES_BYTES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 64 * CHUNK_BYTES]
/** A disk that needs longer than this for 70 MiB is not worth waiting for, ms. */
const GIVE_UP_AFTER_MS = 300_000

const startOnLoopback: StartReceiver = (directory, onUnexpected) =>
  startReceiver({ directory, host: '127.0.0.1', port: 0, onUnexpected })

/**
 * Runs a receiver on a folder inside `directory`, sends it files, and compares. A receiver that serves `directory`
 * itself is not disturbed.
 */
export async function checkTransfer(
  directory: string,
  checks: Checks,
  signal: AbortSignal,
  start: StartReceiver = startOnLoopback,
): Promise<void> {
  await withScratch(directory, async (scratch) => {
    const places = {
      sent: join(scratch, 'sent'),
      received: join(scratch, 'received'),
      outside: join(scratch, 'outside'),
    }
    await mkdir(places.outside)
    await mkdir(places.received)
    await checks.run('transfer', () => transfer(places, start, signal))
    await checks.run('symbolic links', () => followsNoLink(places, start, signal))
  })
}

type Places = { readonly sent: string; readonly received: string; readonly outside: string }

async function transfer({ sent, received }: Places, start: StartReceiver, signal: AbortSignal): Promise<string> {
  const folder = join(sent, 'files')
  for (const [index, sizeBytes] of SIZES_BYTES.entries()) {
    signal.throwIfAborted()
    await makeFile(join(folder, `${index + 1} of ${sizeBytes} bytes.bin`), sizeBytes, index + 1)
  }
  const startedAtMs = performance.now()
  const { uploads, unexpected } = await send(start, received, { paths: [folder] }, signal)
  const seconds = (performance.now() - startedAtMs) / 1000
  const problems = [...unexpected, ...unfinished(uploads), ...(await differences(sent, received, STATE_FOLDER))]
  if (problems.length > 0) throw new Problem(listed(problems))
  const sizes = `${SIZES_BYTES.length} files from 0 B to ${formatBytes(Math.max(...SIZES_BYTES))}`
  return `${sizes} arrived in ${formatSeconds(seconds)} and are the same byte for byte.`
}

/** A user who can write here must not be able to redirect uploads. */
async function followsNoLink(
  { sent, received, outside }: Places,
  start: StartReceiver,
  signal: AbortSignal,
): Promise<string> {
  try {
    await symlink(outside, join(received, 'link'), 'dir')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    return 'There are none on this file system.'
  }
  const file = join(sent, 'astray.bin')
  await makeFile(file, 1, 1)
  const { uploads, unexpected } = await send(start, received, { paths: [file], into: ['link'] }, signal)
  if ((await readdir(outside)).length > 0) throw new Problem('A file was stored outside the folder, through a link.')
  if (unexpected.length > 0) throw new Problem(listed(unexpected))
  if (unfinished(uploads).length === 0) throw new Problem('A file that was sent through a link is nowhere.')
  return 'A link that leads out of the folder is not followed.'
}

/**
 * Sends through a receiver that runs meanwhile. `unexpected` tells what a receiver must not meet, without full stops.
 */
async function send(
  start: StartReceiver,
  directory: string,
  what: Pick<SelftestSending, 'paths' | 'into'>,
  signal: AbortSignal,
): Promise<{ readonly uploads: readonly UploadSnapshot[]; readonly unexpected: readonly string[] }> {
  const unexpected: string[] = []
  const receiver = await start(directory, (error) =>
    unexpected.push(`the receiver met what it did not expect: ${error}`),
  )
  try {
    const uploads = await sendThroughEngine(
      {
        ...what,
        receiver: `${receiver.host}:${receiver.port}`,
        // Nothing interrupts a connection inside one computer, so what is interrupted has met a problem.
        until: ({ status }) => isSettled(status) || status.kind === 'interrupted',
        giveUp: AbortSignal.timeout(GIVE_UP_AFTER_MS),
      },
      signal,
    )
    return { uploads, unexpected }
  } finally {
    await receiver.close()
  }
}

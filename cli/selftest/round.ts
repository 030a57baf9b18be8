import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { STATE_FOLDER } from '../../server/names/safe-path.ts'
import { formatBytes, formatSeconds } from '../shared/format.ts'
import { listed, Problem } from './checks.ts'
import { createScript, type Fault, type FaultKind, inWords, planFaults } from './faults.ts'
import { differences, makeFile } from './files.ts'
import { startFaultyProxy } from './proxy.ts'
import { type Random, wholeBetween } from './random.ts'
import { type StartMortalReceiver, startRestartedReceiver } from './receiver.ts'
import { sendThroughEngine, unfinished } from './send.ts'

export type Round = {
  readonly number: number
  readonly random: Random
  /** What is sent is made here; the receiver's folder is here too and stays from round to round, as a real one does. */
  readonly scratch: string
  readonly start: StartMortalReceiver
}

const EDGE_SIZES_BYTES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1]
const BIG_FILES = 4
const SMALL_FILES = 16
/** Far more than all faults together cost, ms. */
const GIVE_UP_AFTER_MS = 180_000

/** Sends a folder through faults and compares. Throws a Problem that names all that is wrong. */
export async function playRound({ number, random, scratch, start }: Round, signal: AbortSignal): Promise<string> {
  const [sent, received] = [join(scratch, 'sent'), join(scratch, 'received')]
  const folder = `round ${number}`
  try {
    await mkdir(received, { recursive: true })
    const sizesBytes = await makeFiles(join(sent, folder), random, signal)
    const totalBytes = sizesBytes.reduce((sum, size) => sum + size, 0)
    const startedAtMs = performance.now()
    const { problems, happened } = await sendThroughFaults(
      { source: join(sent, folder), received, faults: planFaults(totalBytes, random), random, start },
      signal,
    )
    const seconds = (performance.now() - startedAtMs) / 1000
    problems.push(...(await differences(sent, received, STATE_FOLDER)))
    const files = `${sizesBytes.length} files, ${formatBytes(totalBytes)}`
    const story = `${files}, through ${inWords(happened)}, in ${formatSeconds(seconds)}`
    if (problems.length > 0) throw new Problem(`${story}. ${listed(problems)}`)
    return `${story}: the same byte for byte.`
  } finally {
    await rm(sent, { recursive: true, force: true })
    await rm(join(received, folder), { recursive: true, force: true })
  }
}

/** Files of all sizes that matter, and an empty folder; answers the sizes, bytes. */
async function makeFiles(folder: string, random: Random, signal: AbortSignal): Promise<readonly number[]> {
  const big = Array.from({ length: BIG_FILES }, () => wholeBetween(random, 4 * CHUNK_BYTES, 16 * CHUNK_BYTES))
  const small = Array.from({ length: SMALL_FILES }, () => wholeBetween(random, 1, 65_536))
  const sizesBytes = [...EDGE_SIZES_BYTES, ...big, ...small]
  for (const [index, sizeBytes] of sizesBytes.entries()) {
    signal.throwIfAborted()
    const path = sizeBytes < CHUNK_BYTES ? join('small', `файл ${index}.txt`) : `film ${index}.mov`
    await makeFile(join(folder, path), sizeBytes, wholeBetween(random, 1, 2 ** 31))
  }
  await mkdir(join(folder, 'empty'))
  return sizesBytes
}

type Sending = {
  readonly source: string
  readonly received: string
  readonly faults: readonly Fault[]
  readonly random: Random
  readonly start: StartMortalReceiver
}

async function sendThroughFaults(
  { source, received, faults, random, start }: Sending,
  signal: AbortSignal,
): Promise<{ readonly problems: string[]; readonly happened: readonly FaultKind[] }> {
  const problems: string[] = []
  const happened: FaultKind[] = []
  const hopeless = new AbortController()
  const onTrouble = (sentence: string): void => {
    problems.push(sentence)
    hopeless.abort()
  }
  const receiver = await startRestartedReceiver(start, received, onTrouble, signal)
  try {
    const onFlipped = (): void => void happened.push('flip')
    const onForwarded = (bytes: number): void => script.advance(bytes)
    const proxy = await startFaultyProxy({ targetPort: receiver.port, random, onForwarded, onFlipped })
    const script = createScript(faults, ({ kind, ms }) => {
      if (kind === 'flip') return proxy.flipBit()
      happened.push(kind)
      if (kind === 'cut') proxy.cut()
      else if (kind === 'stall') proxy.stall(ms)
      else receiver.crash()
    })
    const giveUp = AbortSignal.any([hopeless.signal, AbortSignal.timeout(GIVE_UP_AFTER_MS)])
    try {
      const uploads = await sendThroughEngine({ paths: [source], receiver: `127.0.0.1:${proxy.port}`, giveUp }, signal)
      problems.push(...unfinished(uploads))
    } finally {
      script.stop()
      await proxy.close()
    }
  } finally {
    // Stored files have to survive a crash, so they are compared after one.
    await receiver.close()
  }
  return { problems, happened }
}

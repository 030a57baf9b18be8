import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { longshore } from '../peers/longshore.ts'
import type { Case, CaseContext } from '../run/case.ts'
import { start } from '../run/child.ts'
import { program, programFile } from '../run/programs.ts'
import { race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import type { Section } from '../run/section.ts'
import { MIB, makeFile, sizeText } from '../run/workload.ts'

export const latency: Case = {
  name: 'latency',
  about: 'how long acknowledgements take, and how late the event loops of both sides run',
  isQuick: false,
  run: async (context) => [await ackSection(context), await eventLoopSection(context)],
}

const ACK_MIB = 256

async function ackSection(context: CaseContext): Promise<Section> {
  const title = `Acknowledgements of ${ACK_MIB} MiB`
  context.say(title)
  const laps = await race({ ...context, peers: [longshore] }, async ({ running }) => {
    const sender = start(program('ack-latency', running.receiver?.port ?? 0, ACK_MIB))
    const { p50Ms, p99Ms, maxMs } = await sender.line((line) => JSON.parse(line) as Record<string, number>)
    await sender.done
    return { p50Ms: p50Ms ?? Number.NaN, p99Ms: p99Ms ?? Number.NaN, maxMs: maxMs ?? Number.NaN }
  })
  return {
    key: title,
    title,
    about:
      'The code of the engine sends chunks at the pace that it learns; from the moment a chunk leaves until it is acknowledged, which is when it is written and recorded. Up to 16 MiB are on their way, so this is mostly time in line.',
    rounds: context.rounds,
    columns: [
      { key: 'p50Ms', title: 'median, ms', digits: 1 },
      { key: 'p99Ms', title: '99th percentile, ms', digits: 1 },
      { key: 'maxMs', title: 'longest, ms', digits: 1 },
    ],
    rows: rowsOf([longshore], laps),
  }
}

/** Peers with programs of Node on both sides. */
const ON_NODE = ['longshore', 'longshore-tls', 'tus', 'grpc-wide']

async function eventLoopSection(context: CaseContext): Promise<Section> {
  const { folder, sizeBytes = 256 * MIB } = context
  const title = `Event loops during one file of ${sizeText(sizeBytes)}`
  const peers = context.peers.filter(({ name }) => ON_NODE.includes(name))
  const workload = makeFile(join(folder, 'film.mov'), sizeBytes)
  const reports = join(folder, 'event-loops')
  mkdirSync(reports)
  const stopWatching = watchEventLoops(reports)
  context.say(title)
  try {
    const laps = await race({ ...context, peers }, async ({ running: { receiver, sender } }) => {
      const sending = start(await sender(workload.path, receiver?.port ?? 0))
      await sending.done
      await receiver?.child.stop()
      const [here, there] = [reportOf(reports, sending.pid), reportOf(reports, receiver?.child.pid)]
      return {
        senderP99Ms: here.p99Ms,
        senderMaxMs: here.maxMs,
        receiverP99Ms: there.p99Ms,
        receiverMaxMs: there.maxMs,
      }
    })
    return {
      key: title,
      title,
      about: 'How late a timer of 1 ms ran in the main thread of each side, from the start of the program to its end.',
      rounds: context.rounds,
      columns: [
        { key: 'senderP99Ms', title: 'sender, 99th percentile, ms', digits: 1 },
        { key: 'senderMaxMs', title: 'sender, longest, ms', digits: 1 },
        { key: 'receiverP99Ms', title: 'receiver, 99th percentile, ms', digits: 1 },
        { key: 'receiverMaxMs', title: 'receiver, longest, ms', digits: 1 },
      ],
      rows: rowsOf(peers, laps),
    }
  } finally {
    stopWatching()
    rmSync(reports, { recursive: true })
    rmSync(workload.path)
  }
}

/** Every program of Node that is started from now on reports its event loop, until the returned function is called. */
function watchEventLoops(reports: string): () => void {
  const before = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `${before ?? ''} --import=${pathToFileURL(programFile('event-loop'))}`
  process.env.LONGSHORE_BENCH_EVENT_LOOP = reports
  return () => {
    delete process.env.LONGSHORE_BENCH_EVENT_LOOP
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  }
}

function reportOf(reports: string, pid: number | undefined): { readonly p99Ms: number; readonly maxMs: number } {
  return JSON.parse(readFileSync(join(reports, `${pid}.json`), 'utf8'))
}

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { longshore } from '../peers/longshore.ts'
import type { Case, CaseContext } from '../run/case.ts'
import { type Child, start } from '../run/child.ts'
import type { Peer, Running } from '../run/peer.ts'
import { program } from '../run/programs.ts'
import { startProxy } from '../run/proxy.ts'
import { race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import type { Section } from '../run/section.ts'
import { GIB, KIB, MIB, makeSparseFile, sizeText } from '../run/workload.ts'

/** More bytes than any program sends before the content of a file begins. */
const CONTENT_BEGINS_BYTES = 32 * KIB

/** The engine in a process that already runs, as it does in the desktop app. */
const engine: Peer = { ...longshore, name: 'engine', title: 'Longshore, engine that runs already' }

export const firstByte: Case = {
  name: 'first-byte',
  about: 'time until the first bytes of a file reach the receiver, for 1 MiB and 4 GiB',
  isQuick: true,
  async run(context) {
    return [await firstByteSection(MIB, context), await firstByteSection(4 * GIB, context)]
  },
}

async function firstByteSection(sizeBytes: number, context: CaseContext): Promise<Section> {
  const title = `First bytes of a file of ${sizeText(sizeBytes)}`
  const peers = [...context.peers.filter(({ kind }) => kind === 'program'), engine]
  const { path } = makeSparseFile(join(context.folder, 'disk.img'), sizeBytes)
  context.say(title)
  try {
    const laps = await race({ ...context, peers }, async ({ peer, running }) => {
      const proxy = await startProxy(running.receiver?.port ?? 0, 0)
      try {
        return { ms: await untilContent(peer, running, path, proxy) }
      } finally {
        await proxy.child.stop()
      }
    })
    return {
      key: title,
      title,
      about: `From the start of the sending program (for the engine: from the call that adds the file) until ${CONTENT_BEGINS_BYTES / KIB} KiB, more than any greeting, passed a proxy in front of the receiver. The sender is ended then.`,
      rounds: context.rounds,
      columns: [{ key: 'ms', title: 'ms', digits: 0, compare: true }],
      rows: rowsOf(peers, laps),
    }
  } finally {
    rmSync(path)
  }
}

async function untilContent(
  peer: Peer,
  running: Running,
  path: string,
  proxy: Awaited<ReturnType<typeof startProxy>>,
): Promise<number> {
  const command =
    peer === engine ? program('engine-first-byte', proxy.port, path) : await running.sender(path, proxy.port)
  const passed = proxy.passed(CONTENT_BEGINS_BYTES)
  const sender = start(command)
  try {
    const beganAtMs = peer === engine ? await addedAtMs(sender) : sender.startedAtMs
    return (await passed) - beganAtMs
  } finally {
    await sender.stop('SIGKILL')
  }
}

function addedAtMs(sender: Child): Promise<number> {
  return sender.line((line) => (JSON.parse(line) as { addedAtMs?: number }).addedAtMs)
}

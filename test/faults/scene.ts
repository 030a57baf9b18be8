import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type LongshoreProcess,
  longshoreReceive,
  longshoreUnder,
  type ReceiverProcess,
  type Wrapper,
} from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import { makeSource } from './made-source.ts'
import { openDescriptors } from './process-facts.ts'
import { type Tree, treeBelow } from './tree.ts'

/** A receiver of the scene, with the number of files it held open before anybody came. */
export type SceneReceiver = ReceiverProcess & { readonly idleDescriptors: number | undefined }

/**
 * Where one fault case plays: a laptop with sources, a box with a receiving folder, and things that nobody may touch.
 */
export type Scene = {
  /** Holds everything else. */
  readonly sandbox: string
  /** The sources. */
  readonly laptop: string
  /** The receiving folder; a file of somebody else is in it from the beginning. */
  readonly box: string
  /** Where the terminal program remembers unfinished uploads. */
  readonly state: string
  /** SHA-256 of every source, by its name in `laptop`. */
  readonly sources: Map<string, string>
  /** Every process of the scene so far. */
  readonly processes: readonly LongshoreProcess[]
  /**
   * What must be the same at the end: everything but the final files, the receiver's own folder and the memory of the
   * sender.
   */
  readonly before: () => Promise<Tree>
  /** Makes a source of so many bytes; answers its path. */
  addSource(name: string, bytes: number): string
  receive(options?: { readonly port?: number; readonly wrapper?: Wrapper }): Promise<SceneReceiver>
  /** Runs `longshore send` on paths, to a port on loopback. */
  send(paths: readonly string[], port: number, options?: SendOptions): LongshoreProcess
}

export type SendOptions = { readonly args?: readonly string[]; readonly wrapper?: Wrapper; readonly state?: string }

/** What stood in the receiving folder before. */
export const BYSTANDER = 'kept/of-somebody-else.bin'

/** Sets a scene that is gone after the test. */
export function setScene(): Scene {
  const sandbox = tempDir()
  const [laptop, box, state] = [join(sandbox, 'laptop'), join(sandbox, 'box'), join(sandbox, 'state')]
  for (const folder of [laptop, box, state, join(sandbox, 'elsewhere'), join(box, 'kept')]) mkdirSync(folder)
  writeFileSync(join(sandbox, 'elsewhere/private.txt'), 'outside the receiving folder')
  writeFileSync(join(box, BYSTANDER), 'was there before')
  const sources = new Map<string, string>()
  const processes: LongshoreProcess[] = []
  const track = <P extends LongshoreProcess>(started: P): P => {
    processes.push(started)
    return started
  }
  return {
    sandbox,
    laptop,
    box,
    state,
    sources,
    processes,
    before: () => untouchables(sandbox),
    addSource(name, bytes) {
      sources.set(name, makeSource(join(laptop, name), bytes, sources.size + 1))
      return join(laptop, name)
    },
    async receive({ port = 0, wrapper = {} } = {}) {
      const receiver = track(await longshoreReceive(box, { ...wrapper, port }))
      return { ...receiver, idleDescriptors: openDescriptors(receiver.child.pid) }
    },
    send(paths, port, { args = [], wrapper = {}, state: memory = state } = {}) {
      const to = ['--to', `127.0.0.1:${port}`, '--plaintext', '--state-dir', memory, '--json']
      return track(longshoreUnder(wrapper, 'send', ...paths, ...to, ...args))
    },
  }
}

/** Everything that no upload may change: outside the receiving folder, and in it what was there before. */
function untouchables(sandbox: string): Promise<Tree> {
  const mayChange = (path: string): boolean =>
    path.startsWith('state') || (path.startsWith('box/') && path !== 'box/kept' && path !== `box/${BYSTANDER}`)
  return treeBelow(sandbox, mayChange)
}

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { LongshoreProcess } from '../support/longshore-process.ts'
import type { TestProxy } from '../support/net/proxy.ts'
import { expectNoWrongFile } from './invariants.ts'
import type { Chance } from './run-size.ts'
import type { Scene } from './scene.ts'
import { finalFiles } from './tree.ts'

/**
 * All that may be on its way unacknowledged: what the sender's memory for chunks holds. Each strike may cost so much
 * once more.
 */
export const IN_FLIGHT_BYTES = 32 * 1024 ** 2

/**
 * A strike comes after at most so many bytes and then at most so many milliseconds, so that it also hits while nothing
 * flows.
 */
const WITHIN_BYTES = 40 * 1024 ** 2
const WITHIN_MS = 150

export type StormOptions = {
  readonly scene: Scene
  /** What the sender talks through. */
  readonly proxy: TestProxy
  readonly chance: Chance
  /** How many strikes. */
  readonly rounds: number
  /** Goes wrong, and mends. Answers the sender that goes on. */
  readonly strike: (sender: LongshoreProcess, resend: () => LongshoreProcess) => Promise<LongshoreProcess>
}

/** What a storm did. */
export type Aftermath = {
  /** Bytes of files that arrived. */
  readonly arrivedBytes: number
  /** Names that arrived, were right, and were removed to make room. */
  readonly retired: readonly string[]
  /** Names of the last files, which are still there, with their sources. */
  readonly arrived: Readonly<Record<string, string>>
}

/**
 * Sends all sources of the scene, again and again into new folders, and strikes at random moments until so many strikes
 * have hit a sender that was not done. Each sending must end with every file verified, whatever hit it.
 */
export async function storm({ scene, proxy, chance, rounds, strike }: StormOptions): Promise<Aftermath> {
  const paths = [...scene.sources.keys()].map((name) => join(scene.laptop, name))
  const retired: string[] = []
  let arrived: Record<string, string> = {}
  let [strikes, arrivedBytes] = [0, 0]
  for (let sending = 1; strikes < rounds; sending++) {
    for (const name of Object.keys(arrived)) rmSync(join(scene.box, name))
    retired.push(...Object.keys(arrived))
    const into = `sending-${sending}`
    const resend = (): LongshoreProcess => scene.send(paths, proxy.port, { args: ['--into', into] })
    let sender = resend()
    while (strikes < rounds && (await isStruckAt(nextMoment(proxy, chance), sender, paths.length))) {
      strikes++
      sender = await strike(sender, resend)
      await expectNoWrongFile(scene)
    }
    expect(await sender.ended(), sender.errors()).toBe(0)
    const summary = await sender.event('summary')
    expect(summary).toMatchObject({ files: paths.length, failed: 0 })
    arrivedBytes += Number(summary.bytes)
    arrived = Object.fromEntries([...scene.sources.keys()].map((name) => [`${into}/${name}`, name]))
    const files = await finalFiles(join(scene.box, into))
    expect(files, `what arrived in ${into}`).toEqual(Object.fromEntries(scene.sources))
  }
  return { arrivedBytes, retired, arrived }
}

async function nextMoment(proxy: TestProxy, chance: Chance): Promise<void> {
  const [bytes, afterMs] = [chance.below(WITHIN_BYTES), chance.below(WITHIN_MS)]
  await proxy.passed(bytes)
  await delay(afterMs)
}

/**
 * Whether the moment comes before the sender has told the end of its last file: after that, the same command is another
 * sending.
 */
async function isStruckAt(moment: Promise<void>, sender: LongshoreProcess, files: number): Promise<boolean> {
  const isOver = () => sender.lines.filter((line) => JSON.parse(line).event === 'done').length === files
  return Promise.race([moment.then(() => !isOver()), sender.ended().then(() => false)])
}

/**
 * Bytes that a sender told as stored, by the name of the file: each of them was acknowledged. Files that it called done
 * are left out.
 */
export function acknowledgedBy({ lines }: LongshoreProcess): ReadonlyMap<string, number> {
  const acknowledged = new Map<string, number>()
  for (const line of lines.map((text) => JSON.parse(text))) {
    const name = String(line.path).split('/').at(-1) ?? ''
    if (line.event === 'progress') acknowledged.set(name, Number(line.bytesStored))
    if (line.event === 'done') acknowledged.delete(name)
  }
  return acknowledged
}

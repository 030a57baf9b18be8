import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyProxy } from '../../cli/selftest/proxy.ts'
import type { Diary } from './diary.ts'
import type { Intrusion, Move } from './evidence.ts'
import { logOf } from './look.ts'
import type { RoundPlan } from './plan.ts'
import type { Receivers } from './receivers.ts'
import { chance, contentOf, oneOf, type Random, someOf, wholeBetween } from './seeded.ts'
import type { Sender, Sending } from './senders.ts'
import { digest, REWRITES, type Rewrite, type World } from './world.ts'

/** A run that is still there after this hangs, ms: no fault lasts longer than a few seconds. */
export const ENDS_WITHIN_MS = 60_000

/** What people notice while a sender runs shows in the times; what hides from them is done between two runs. */
const NOTICEABLE = ['in place', 'appended', 'replaced'] as const

/** Runs a command as often as its plan says, while things happen to its process and to its files. */
export async function liveThrough({ plan, ...sender }: Sender, world: World): Promise<void> {
  const { random } = plan
  await delay(plan.startAfterMs)
  for (let life = 0; life < plan.lives; life++) {
    const sending = sender.start(false)
    const troubles = plan.isUndisturbed
      ? []
      : [strike(random, sending), touch(random, sending, { plan, ...sender }, world)]
    await sending.finish(ENDS_WITHIN_MS)
    await Promise.all(troubles)
    if (plan.isUndisturbed) continue
    if (chance(random, 0.5)) tamper(random, { plan, ...sender }, world, REWRITES)
    await delay(wholeBetween(random, 0, 300))
  }
}

const STRIKES = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT', 'pause', 'nothing'] as const

/** One thing happens to a process: soon after it reported its first files, or at any moment. */
async function strike(random: Random, sending: Sending): Promise<void> {
  const what = oneOf(random, STRIKES)
  const dones = chance(random, 0.5) ? wholeBetween(random, 1, 3) : 0
  const afterMs = wholeBetween(random, 0, dones > 0 ? 200 : 1500)
  const pauseMs = wholeBetween(random, 100, 1500)
  if (what === 'nothing') return
  while (sending.dones().length < dones && !sending.program.hasEnded()) await sending.program.stirs()
  await unlessEnded(sending, afterMs)
  if (sending.program.hasEnded()) return
  if (what !== 'pause') return sending.signal(what)
  sending.signal('SIGSTOP')
  await delay(pauseMs)
  sending.signal('SIGCONT')
}

/** Sometimes files are written to while they are sent. */
async function touch(random: Random, sending: Sending, sender: Sender, world: World): Promise<void> {
  const [happens, afterMs] = [chance(random, 0.2), wholeBetween(random, 100, 1500)]
  if (!happens) return
  await unlessEnded(sending, afterMs)
  tamper(random, sender, world, NOTICEABLE)
}

function unlessEnded({ program }: Sending, milliseconds: number): Promise<unknown> {
  const timer = new AbortController()
  const late = delay(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined)
  return Promise.race([late, program.ended]).finally(() => timer.abort())
}

/**
 * Rewrites one or two sources, more likely those that were reported done: nobody expects them to be looked at again.
 */
function tamper(random: Random, sender: Sender, world: World, ways: readonly [Rewrite, ...Rewrite[]]): void {
  const all = [...sender.facts.entries.keys()]
  const told = new Set(sender.runs.flatMap(({ dones }) => dones.map(({ path }) => path)))
  const reported = all.filter((path) => told.has(path))
  const chosen = reported.length > 0 && chance(random, 0.6) ? reported : all
  for (const path of someOf(random, chosen, wholeBetween(random, 1, 2))) {
    const source = join(sender.laptop, path)
    const how = oneOf(random, ways)
    const seed = wholeBetween(random, 0, 2 ** 31 - 1)
    const bytes = how === 'appended' ? wholeBetween(random, 1, 100_000) : world.bytesOf(source)
    world.rewrite(source, how, contentOf(seed, bytes))
  }
}

/** Kills, ends and stops receivers and starts them again, and lets a second one try its luck. Afterwards all run. */
export async function troubleReceivers(plan: RoundPlan, receivers: Receivers, random: Random): Promise<Intrusion[]> {
  const intrusions: Intrusion[] = []
  const acts = [
    ...Array.from({ length: plan.receiverFaults }, () => 'fault' as const),
    ...(plan.hasIntruder ? (['intruder'] as const) : []),
  ]
  for (const act of someOf(random, acts, acts.length)) {
    await delay(wholeBetween(random, 200, 1500))
    if (act === 'intruder') intrusions.push(await receivers.intrude())
    else await troubleReceiver(receivers, random)
  }
  return intrusions
}

async function troubleReceiver(receivers: Receivers, random: Random): Promise<void> {
  const node = wholeBetween(random, 0, receivers.ports.length - 1)
  const what = oneOf(random, ['SIGKILL', 'SIGKILL', 'SIGTERM', 'pause'] as const)
  const downMs = wholeBetween(random, 0, 1000)
  if (what === 'pause') {
    await receivers.stop(node)
    await delay(2 * downMs)
    receivers.go(node)
    return
  }
  await receivers.end(node, what)
  await delay(downMs)
  await receivers.start(node)
}

/** The network between them goes wrong a few times. */
export async function troubleNetwork(proxy: FaultyProxy, random: Random, diary: Diary): Promise<void> {
  for (let left = wholeBetween(random, 1, 6); left > 0; left--) {
    await delay(wholeBetween(random, 100, 900))
    const what = oneOf(random, ['cut', 'cut', 'stall', 'flip'] as const)
    diary.note(`the network: ${what}`)
    if (what === 'cut') proxy.cut()
    else if (what === 'stall') proxy.stall(wholeBetween(random, 100, 1500))
    else proxy.flipBit()
  }
}

/** Somebody takes received files out of the receiving folder, as people do with what has arrived. */
export async function moveAway(
  folder: string,
  box: string,
  senders: readonly Sender[],
  random: Random,
  diary: Diary,
): Promise<Move[]> {
  const away = join(folder, 'away')
  mkdirSync(away)
  const moves: Move[] = []
  const move = (path: string, isForGood: (md5: string) => boolean): void => {
    if (!existsSync(join(box, path))) return
    const to = join(away, String(moves.length))
    renameSync(join(box, path), to)
    const md5 = digest('md5', readFileSync(to))
    diary.note(`“${path}” is moved away`)
    moves.push({ path, md5, forGood: isForGood(md5) })
  }
  for (let left = wholeBetween(random, 1, 3); left > 0; left--) {
    await delay(wholeBetween(random, 400, 1500))
    const settled = senders.flatMap(settledFiles)
    for (const { storedAs, md5 } of someOf(random, settled, wholeBetween(random, 1, 4)))
      move(storedAs, (moved) => moved === md5)
    const any = chance(random, 0.5) ? someOf(random, logOf(box), 2) : []
    const unsettled = any.filter(({ path }) => !settled.some(({ storedAs }) => storedAs === path))
    for (const { path } of unsettled) move(path, () => false)
  }
  return moves
}

/** What a command stored that nobody disturbs and that has ended: it will not be run again. One of skip-same will. */
function settledFiles({ plan, runs }: Sender): { readonly storedAs: string; readonly md5: string }[] {
  const [only] = runs
  if (!plan.isUndisturbed || plan.policy === 'skip-same' || runs.length !== 1 || only?.exit !== 0) return []
  return only.dones.filter(({ bytes }) => bytes > 0)
}

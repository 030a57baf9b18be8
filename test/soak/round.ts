import { type FaultyProxy, startFaultyProxy } from '../../cli/selftest/proxy.ts'
import { Diary } from './diary.ts'
import type { Evidence, Intrusion, Move, Repeat, Run } from './evidence.ts'
import { ENDS_WITHIN_MS, liveThrough, moveAway, troubleNetwork, troubleReceivers } from './faults.ts'
import { complaintsIn, leftoversIn, logOf, receivedIn, receivedInBucket, recordsIn, recordsInRedis } from './look.ts'
import { endedWell } from './oracle/runs.ts'
import { type RoundPlan, usesBucket } from './plan.ts'
import { Processes } from './processes.ts'
import { type Receivers, startReceivers } from './receivers.ts'
import { fork } from './seeded.ts'
import { createSender, type Sender } from './senders.ts'
import type { Services } from './services.ts'
import { World } from './world.ts'

/** Nothing goes wrong any more when a command is run for the last times, so it needs few. */
const FINAL_RUNS = 4

export type Played = {
  readonly evidence: Evidence
  readonly receiversSaid: string
  readonly diary: readonly string[]
}

/**
 * Plays a round below an empty folder, which it leaves as it is at the end. All processes have ended when it answers or
 * throws; it throws when it could not play on, as when a receiver does not start again.
 */
export async function playRound(plan: RoundPlan, services: Services, folder: string): Promise<Played> {
  const processes = new Processes()
  const diary = new Diary()
  const world = new World(diary)
  const proxies: FaultyProxy[] = []
  let receivers: Receivers | undefined
  try {
    receivers = await startReceivers(plan.kind, folder, services, processes, diary)
    const { ports } = receivers
    for (const port of plan.hasProxy ? ports : []) proxies.push(await startProxy(port, plan))
    const senders = plan.senders.map((sender) => {
      const port = proxies[sender.node]?.port ?? ports[sender.node] ?? 0
      const to = receivers?.sendFlags(port, sender.token) ?? []
      return createSender(sender, folder, world, processes, to, diary)
    })
    const { intrusions, moves } = await goWrong(plan, folder, { senders, world, receivers, diary }, proxies)
    diary.note('all faults are over')
    await Promise.all(senders.map((sender) => finish(sender, world)))
    if (plan.killsAtEnd) await startAgain(receivers)
    const repeat = await repeatSkipSame(senders, receivers, world)
    for (const node of ports.keys()) await receivers.end(node, 'SIGTERM')
    const evidence = await gather({ senders, world, receivers, processes, intrusions, moves, repeat })
    return { evidence, receiversSaid: receivers.stderr(), diary: diary.lines() }
  } finally {
    await processes.endAll()
    for (const proxy of proxies) await proxy.close()
    if (receivers?.bucket !== undefined) await services.discard(receivers.bucket)
  }
}

async function startProxy(port: number, { random }: RoundPlan): Promise<FaultyProxy> {
  const nothing = () => undefined
  return startFaultyProxy({ targetPort: () => port, random: fork(random), onForwarded: nothing, onFlipped: nothing })
}

/**
 * Everybody acts at the same time, each with chances of their own, until all faults are over and all senders have
 * ended.
 */
async function goWrong(
  plan: RoundPlan,
  folder: string,
  { senders, world, receivers, diary }: Pick<Scene, 'senders' | 'world' | 'receivers'> & { readonly diary: Diary },
  proxies: readonly FaultyProxy[],
): Promise<{ intrusions: Intrusion[]; moves: Move[] }> {
  const [forReceivers, forPerson] = [fork(plan.random), fork(plan.random)]
  const hasPerson = plan.hasPerson && !usesBucket(plan.kind)
  const [intrusions, moves] = await Promise.all([
    troubleReceivers(plan, receivers, forReceivers),
    hasPerson ? moveAway(folder, receivers.box, senders, forPerson, diary) : [],
    ...proxies.map((proxy) => troubleNetwork(proxy, fork(plan.random), diary)),
    ...senders.map((sender) => liveThrough(sender, world)),
  ])
  return { intrusions, moves }
}

/** Runs a command again until it ends well with the sources as they are. */
async function finish(sender: Sender, world: World): Promise<void> {
  for (let left = FINAL_RUNS; left > 0; left--) {
    const last = sender.runs.at(-1)
    if (last !== undefined && endedWell(last) && !changedSince(sender, world, last)) return
    await sender.start(true).finish(ENDS_WITHIN_MS)
  }
}

function changedSince({ facts }: Sender, world: World, { startedMs }: Run): boolean {
  return [...facts.entries.values()].some(({ source }) => world.changedSince(source, startedMs))
}

/** As a power failure of all receivers at once would, but for what the system has in memory. */
async function startAgain(receivers: Receivers): Promise<void> {
  for (const node of receivers.ports.keys()) await receivers.end(node, 'SIGKILL')
  for (const node of receivers.ports.keys()) await receivers.start(node)
}

function received({ bucket, box }: Receivers, world: World): Promise<ReturnType<typeof receivedIn>> {
  return bucket === undefined ? Promise.resolve(receivedIn(box)) : receivedInBucket(bucket, world.md5BySha256())
}

/**
 * Runs every command of skip-same once more, and again when that stored something, for somebody else may have replaced
 * what was there: the same commands twice, with nobody else about, must store nothing the second time.
 */
async function repeatSkipSame(
  senders: readonly Sender[],
  receivers: Receivers,
  world: World,
): Promise<Repeat | undefined> {
  const again = senders.filter(({ plan }) => plan.policy === 'skip-same')
  if (again.length === 0) return undefined
  let newFiles: readonly string[] = []
  for (let times = 0; times < 2; times++) {
    const before = (await received(receivers, world)).stored
    await Promise.all(again.map((sender) => sender.start(true).finish(ENDS_WITHIN_MS)))
    newFiles = [...(await received(receivers, world)).stored.keys()].filter((name) => !before.has(name))
    if (newFiles.length === 0) break
  }
  return { senders: again.map(({ facts }) => facts.name), newFiles }
}

type Scene = Pick<Evidence, 'intrusions' | 'moves' | 'repeat'> & {
  readonly senders: readonly Sender[]
  readonly world: World
  readonly receivers: Receivers
  readonly processes: Processes
}

async function gather(scene: Scene): Promise<Evidence> {
  const { senders, world, receivers, processes, intrusions, moves, repeat } = scene
  const { box, bucket, redisUrl, ends } = receivers
  return {
    runs: senders.flatMap(({ runs }) => runs),
    sources: world.histories(),
    ...(await received(receivers, world)),
    foldsNames: true,
    log: logOf(box),
    records: redisUrl === undefined ? await recordsIn(box) : await recordsInRedis(redisUrl),
    complaints: bucket === undefined ? await complaintsIn(box, processes) : undefined,
    leftovers: leftoversIn(box),
    receiverEnds: ends,
    intrusions,
    moves,
    repeat,
  }
}

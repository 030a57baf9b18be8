import { randomBytes } from 'node:crypto'
import { ReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { Reply, Script, SharedState } from '../ledger/redis-connection.ts'
import { parsedObject } from '../state-folder/private-file.ts'

/** What all nodes of one Redis have in common. */
export type Common = {
  readonly receiverId: string
  /** Where files go: what names it, and how people call it; see `Place`. */
  readonly store: { readonly identity: string | undefined; readonly shown: string }
}

/** Which receiver a Redis belongs to, and who uses it. */
export interface Belonging {
  /**
   * Names the nodes of this Redis, wherever they are. Not the same for any other, nor after this one was emptied while
   * no node ran.
   */
  readonly party: string
  /**
   * Throws ReceiveError BAD_FLAGS when this Redis belongs to another receiver, or files go elsewhere. Changes nothing.
   */
  mustFit(common: Common): Promise<void>
  /** Says what the nodes have in common where nobody has said it. Throws what {@link mustFit} throws. */
  claim(common: Common): Promise<void>
  /** Says it again, and that this node runs, in case that Redis was emptied. Never rejects. */
  keep(run: string): Promise<void>
  /** False when Redis was emptied and somebody else said something else before this node could say it again. */
  isOurs(): boolean
  /**
   * The nodes that run, with what changes each time that one says so; without those that have not said so for
   * {@link RUNS_MS}.
   */
  runs(): Promise<ReadonlyMap<string, string>>
  /** Takes back what only a start that failed has said. Never rejects. */
  withdraw(): Promise<void>
  /** Says that a node runs no more. Never rejects. */
  end(run: string): Promise<void>
}

const PARTY = 'longshore:party'
const RECEIVER = 'longshore:receiver'
const PLACE = 'longshore:place'
const RUNS = 'longshore:runs'
/** A node that has not said for so long that it runs does not run, ms. */
const RUNS_MS = 15_000

/**
 * KEYS: runs. ARGV: how long one is believed, ms; the run that says that it runs, or nothing. Answers those that run.
 */
const runsNow: Script = {
  keys: 1,
  source: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
if ARGV[2] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[2]) end
return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')`,
}

/** KEYS: any. ARGV: what it says if it is to be deleted. */
const deleteIfSame: Script = {
  keys: 1,
  source: `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`,
}

/** @throws ReceiveError STATE_UNREACHABLE. */
export async function openBelonging(state: SharedState, onUnexpected: OnUnexpected): Promise<Belonging> {
  let isOurs = true
  /** What this node has said or found, so that it can be said again. */
  const known = new Map<string, string>()
  const made = new Map<string, string>()
  const say = async (key: string, value: string): Promise<string> => {
    if ((await state.command('SET', key, value, 'NX')) !== null) made.set(key, value)
    const said = String((await state.command('GET', key)) ?? value)
    known.set(key, said)
    return said
  }
  const said = async (key: string) => textOf(await state.command('GET', key))
  const mustBe = ({ receiverId, store }: Common, receiver = receiverId, place = placeText(store)) => {
    if (receiver !== receiverId) throw ofAnother(receiver, receiverId)
    const there = parsedObject(place)
    if (there?.identity !== store.identity) throw elsewhere(state.shown, String(there?.shown), store.shown)
  }
  const ignored = () => 'Redis is out of reach; that is told to whoever needs it'
  const party = await say(PARTY, randomBytes(8).toString('hex'))

  return {
    party: `cluster:${party}`,
    async mustFit(common) {
      mustBe(common, await said(RECEIVER), await said(PLACE))
    },
    async claim(common) {
      mustBe(common, await said(RECEIVER), await said(PLACE))
      mustBe(common, await say(RECEIVER, common.receiverId), await say(PLACE, placeText(common.store)))
    },
    async keep(run) {
      const keeping = async () => {
        for (const [key, value] of known) {
          await state.command('SET', key, value, 'NX')
          if (!isOurs || (await said(key)) === value) continue
          isOurs = false
          onUnexpected(
            new Error(
              `${lostTo(state.shown)} This one stores nothing any more: stop it, and give it a Redis of its own.`,
            ),
          )
        }
        if (!isOurs) return
        await state.run(runsNow, RUNS, RUNS_MS, run)
      }
      await keeping().catch(ignored)
    },
    isOurs: () => isOurs,
    async runs() {
      const runs = await state.run(runsNow, RUNS, RUNS_MS, '')
      const texts: readonly string[] = Array.isArray(runs) ? runs.map(String) : []
      return new Map(texts.flatMap((run, at) => (at % 2 === 0 ? [[run, texts[at + 1] ?? '']] : [])))
    },
    async withdraw() {
      for (const [key, value] of made) await state.run(deleteIfSame, key, value).catch(ignored)
      made.clear()
    },
    async end(run) {
      await state.command('ZREM', RUNS, run).catch(ignored)
    },
  }
}

/** What a receiver says that lost its Redis. */
export function lostTo(redis: string): string {
  return `The Redis at ${redis} was emptied, and another receiver uses it now.`
}

function textOf(reply: Reply): string | undefined {
  return Buffer.isBuffer(reply) ? reply.toString() : undefined
}

function placeText({ identity, shown }: Common['store']): string {
  return JSON.stringify({ identity, shown })
}

function ofAnother(known: string, own: string): ReceiveError {
  return new ReceiveError(
    'BAD_FLAGS',
    `--redis: the Redis there belongs to the receiver ${known}, and this one is ${own}. All nodes of a receiver share one --state-dir; another receiver needs a Redis of its own, or a database number of its own like redis://127.0.0.1:6379/1.`,
  )
}

function elsewhere(redis: string, known: string, own: string): ReceiveError {
  return new ReceiveError(
    'BAD_FLAGS',
    `--redis: the receivers that share ${redis} store in ${known}, and this one would store in ${own}. Give it a Redis of its own, or a database number of its own like redis://127.0.0.1:6379/1; if the files were moved and no other node runs, delete the key ${PLACE} there.`,
  )
}

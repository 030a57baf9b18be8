import { setTimeout } from 'node:timers/promises'
import { nameText } from '../ledger/name-text.ts'
import type { Script, SharedState } from '../ledger/redis-connection.ts'
import { isSpellingOf } from '../names/safe-path.ts'
import { claimsInMemory, type NameClaim, type NameClaims } from '../store/name-claims.ts'
import type { Node } from './node.ts'

/** How long nodes remember how a name was spelled, ms: longer than any of them believes what it read of a folder. */
const SPELLED_FOR_MS = 120_000
/**
 * A claim ends by itself after this, ms, in case its node is forgotten together with it. No publication takes so long.
 */
const CLAIM_LASTS_MS = 7 * 86_400_000
/** How often a name is asked for that another node has, ms: soon, then less often. */
const ASK_AGAIN_MS = { first: 10, most: 200 }
/**
 * A claim that could not be released is released later: after this time, ms, and so often. Until then other nodes wait
 * for the name.
 */
const RELEASE_AGAIN = { afterMs: 1_000, times: 600 }

/**
 * KEYS: claim, spelling. ARGV: the claim, the node that asks, how every node's key begins, how long it lasts, ms.
 * Answers 0 while another node that lives has the name; else takes it and answers how it is spelled, 1 when nobody
 * knows.
 */
const claimName: Script = {
  keys: 2,
  source: `
local holder = redis.call('GET', KEYS[1])
if holder then
  local node = holder:match('^[^:]+')
  if node ~= ARGV[2] and redis.call('EXISTS', ARGV[3] .. node) == 1 then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return redis.call('GET', KEYS[2]) or 1`,
}

/**
 * KEYS: claim, spelling. ARGV: the claim, the spelling, how long it is remembered, ms. Remembers a spelling unless the
 * claim has ended.
 */
const spellName: Script = {
  keys: 2,
  source: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`,
}

/** KEYS: claim. ARGV: the claim. */
const releaseName: Script = {
  keys: 1,
  source: `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
return 0`,
}

/**
 * Names that several nodes decide about. A claim counts as long as its node lives, as leases on uploads do; see
 * {@link openNode}.
 */
export function claimsInRedis(state: SharedState, node: Pick<Node, 'id' | 'nodesKey' | 'hold'>): NameClaims {
  const here = claimsInMemory()

  /** Takes the name from the other nodes; undefined while one of them has it. */
  async function take(path: readonly string[], local: NameClaim): Promise<NameClaim | undefined> {
    const name = nameText(path)
    const { token, mustHold } = await node.hold()
    const keys = [`longshore:claim:${name}`, `longshore:spelled:${name}`] as const
    const reply = await state.run(claimName, ...keys, token, node.id, node.nodesKey, CLAIM_LASTS_MS)
    if (reply === 0) return undefined
    const spelling = Buffer.isBuffer(reply) ? reply.toString() : undefined
    return {
      // Another program that writes to Redis must not lead this receiver to another name.
      spelling: spelling !== undefined && isSpellingOf(spelling, path.at(-1) ?? '') ? spelling : undefined,
      mustHold,
      async gave(spelling) {
        await state.run(spellName, ...keys, token, spelling, SPELLED_FOR_MS)
      },
      async release() {
        const giveBack = () => state.run(releaseName, keys[0], token)
        await giveBack().catch(() => void giveBackLater(giveBack))
        await local.release()
      },
    }
  }

  return {
    async claim(path) {
      const local = await here.claim(path)
      try {
        for (let waitMs = ASK_AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, ASK_AGAIN_MS.most)) {
          const claim = await take(path, local)
          if (claim !== undefined) return claim
          await setTimeout(waitMs)
        }
      } catch (error) {
        await local.release()
        throw error
      }
    },
    async claimUnlessHeld(path) {
      const local = await here.claimUnlessHeld(path)
      if (local === undefined) return undefined
      try {
        const claim = await take(path, local)
        if (claim === undefined) await local.release()
        return claim
      } catch (error) {
        await local.release()
        throw error
      }
    },
  }
}

async function giveBackLater(giveBack: () => Promise<unknown>): Promise<void> {
  for (let times = 0; times < RELEASE_AGAIN.times; times++) {
    await setTimeout(RELEASE_AGAIN.afterMs, undefined, { ref: false })
    const isGone = await giveBack().then(
      () => true,
      () => false,
    )
    if (isGone) return
  }
}

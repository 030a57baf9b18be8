import { ReceiveError } from '../base/errors.ts'
import type { CodeTries } from '../devices/invite-file.ts'
import type { Script, SharedState } from '../ledger/redis-connection.ts'
import type { NodeSecret } from './node-secret.ts'

const USED = 'used'
/** Longer than any code is good for and than any attempt takes, ms. */
const KEPT_MS = 900_000

/**
 * KEYS: code. ARGV: 1 for a right proof, else 0; how many wrong ones a code bears; how long this is kept, ms. Answers 0
 * for a code that is worth nothing any more, and else uses it up, or counts the wrong proof.
 */
const judgeProof: Script = {
  keys: 1,
  source: `
local state = redis.call('GET', KEYS[1]) or '0'
if state == '${USED}' or tonumber(state) >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] == '1' and '${USED}' or tonumber(state) + 1, 'PX', ARGV[3])
return 1`,
}

/**
 * What has become of codes is the same for all nodes. A code is in Redis only as a text that nobody can guess codes
 * with who has not the nodes' secret.
 */
export function triesInRedis(state: SharedState, secret: () => NodeSecret, isOurs: () => boolean): CodeTries {
  const keyOf = (code: string) => `longshore:pairing:${secret().mac('pairing code', code)}`
  const mustBeOurs = () => {
    if (!isOurs())
      throw new ReceiveError('STATE_UNREACHABLE', 'This node of the receiver lost the Redis that the nodes share.')
  }
  return {
    async isOpen({ code }, mostWrong) {
      mustBeOurs()
      const found = await state.command('GET', keyOf(code))
      const tries = Buffer.isBuffer(found) ? found.toString() : '0'
      return tries !== USED && Number(tries) < mostWrong
    },
    async judge({ code }, isRight, mostWrong) {
      mustBeOurs()
      return (await state.run(judgeProof, keyOf(code), isRight ? 1 : 0, mostWrong, KEPT_MS)) === 1
    },
  }
}

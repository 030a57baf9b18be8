import { createHash } from 'node:crypto'
import type { Script, SharedState } from '../ledger/redis-connection.ts'
import type { KnownNames } from '../three-rpc/three-rpc-names.ts'

/** A client that names files and sends nothing of them for so long has forgotten them, ms. */
const NAMES_LAST_MS = 86_400_000
/** How many names are remembered for one sender. The oldest is forgotten first. */
const MOST_NAMES = 10_000
const OWNER_DIGITS = 32

/** KEYS: names, when they came. ARGV: file id, name, how many are remembered, how long, ms. */
const rememberName: Script = {
  keys: 2,
  source: `
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], time[1] * 1000000 + time[2], ARGV[1])
if redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) then
  redis.call('HDEL', KEYS[1], redis.call('ZPOPMIN', KEYS[2])[1])
end
for index = 1, 2 do redis.call('PEXPIRE', KEYS[index], ARGV[4]) end
return 1`,
}

/** Two keys for each sender, however many questions it asks. */
export function namesInRedis(state: SharedState): KnownNames {
  const keysOf = (owner = '') => {
    const digest = createHash('sha256').update(owner).digest('hex').slice(0, OWNER_DIGITS)
    return [`longshore:names:${digest}`, `longshore:named:${digest}`] as const
  }
  return {
    async get(fileId, { owner }) {
      const [names] = keysOf(owner)
      const name = await state.command('HGET', names, fileId)
      return Buffer.isBuffer(name) ? name.toString() : undefined
    },
    async set(fileId, name, { owner }) {
      await state.run(rememberName, ...keysOf(owner), fileId, name, MOST_NAMES, NAMES_LAST_MS)
    },
  }
}

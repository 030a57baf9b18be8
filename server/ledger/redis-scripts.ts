import type { Script } from './redis-connection.ts'

/*
 * Each script is one atomic step of the ledger in Redis. KEYS[1] is an upload's hash: `record` (JSON), `durable` (the
 * checkpoint), `holder` (the lease of the receiver that is busy with it), `chunks` and `bytes` (counts, for people).
 * ARGV[1] is the lease of whoever asks, empty without one.
 *
 * Whoever lost its lease to another receiver is answered FENCED and changes nothing, however late it comes.
 */

/** Refuses a caller that is not the holder: another node holds the upload, or the upload is gone. */
const FENCE = `
local holder = redis.call('HGET', KEYS[1], 'holder')
if (holder or '') ~= ARGV[1] then return redis.error_reply('FENCED') end
`

/**
 * KEYS: upload, chunks, key index, unfinished. ARGV: lease, fileId, record, state (open or finished), forget the chunks
 * (1 or 0), how long it is kept from now on, ms.
 */
export const saveUpload: Script = {
  keys: 4,
  source: `
if redis.call('EXISTS', KEYS[1]) == 1 then ${FENCE}
elseif ARGV[1] ~= '' then return redis.error_reply('FENCED')
elseif KEYS[3] ~= '' and (redis.call('GET', KEYS[3]) or ARGV[2]) ~= ARGV[2] then return redis.error_reply('TAKEN') end
redis.call('HSET', KEYS[1], 'record', ARGV[3])
if ARGV[5] == '1' then
  redis.call('UNLINK', KEYS[2])
  redis.call('HDEL', KEYS[1], 'durable', 'chunks', 'bytes')
end
if KEYS[3] ~= '' then redis.call('SET', KEYS[3], ARGV[2]) end
for index = 1, 3 do if KEYS[index] ~= '' then redis.call('PEXPIRE', KEYS[index], ARGV[6]) end end
if ARGV[4] == 'finished' then redis.call('SREM', KEYS[4], ARGV[2])
else redis.call('SADD', KEYS[4], ARGV[2]) end
return 1`,
}

/** KEYS: upload, key index, the new key index. ARGV: lease, fileId, record, how long it is kept from now on, ms. */
export const rekeyUpload: Script = {
  keys: 3,
  source: `
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('FENCED') end
${FENCE}
if redis.call('EXISTS', KEYS[3]) == 1 then return redis.error_reply('TAKEN') end
redis.call('HSET', KEYS[1], 'record', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('UNLINK', KEYS[2]) end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[4])
return 1`,
}

/** KEYS: upload, chunks, key index, unfinished. ARGV: lease, fileId. */
export const forgetUpload: Script = {
  keys: 4,
  source: `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
${FENCE}
redis.call('UNLINK', KEYS[1], KEYS[2])
if KEYS[3] ~= '' and redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('UNLINK', KEYS[3]) end
redis.call('SREM', KEYS[4], ARGV[2])
return 1`,
}

/**
 * KEYS: upload, chunks. ARGV: lease, how long both are kept from now on, ms, how many chunks and bytes, then pairs of a
 * stretch and the packed chunks that begin in it. Records the chunks and counts them in the same step; answers how many
 * bytes are recorded.
 */
export const saveChunks: Script = {
  keys: 2,
  source: `
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('FENCED') end
${FENCE}
for index = 5, #ARGV, 2 do
  local stretch = redis.call('HGET', KEYS[2], ARGV[index]) or ''
  redis.call('HSET', KEYS[2], ARGV[index], stretch .. ARGV[index + 1])
end
redis.call('HINCRBY', KEYS[1], 'chunks', ARGV[3])
for index = 1, 2 do redis.call('PEXPIRE', KEYS[index], ARGV[2]) end
return redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[4])`,
}

/**
 * KEYS: upload, chunks. ARGV: lease, checkpoint, chunks and bytes that are forgotten, then pairs of a stretch and what
 * is left of it, empty for nothing.
 */
export const saveCheckpoint: Script = {
  keys: 2,
  source: `
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('FENCED') end
${FENCE}
redis.call('HSET', KEYS[1], 'durable', ARGV[2])
if ARGV[3] ~= '0' then
  redis.call('HINCRBY', KEYS[1], 'chunks', -ARGV[3])
  redis.call('HINCRBY', KEYS[1], 'bytes', -ARGV[4])
end
for index = 5, #ARGV, 2 do
  if ARGV[index + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[index])
  else redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1]) end
end
return 1`,
}

/**
 * KEYS: upload. ARGV: the new lease, the node that asks, how every node's key begins, a lease that may be taken from
 * its holder though that one seems alive. Answers 1, 0 for an upload that there is not, or the node that holds it and
 * what it told of itself.
 */
export const takeLease: Script = {
  keys: 1,
  source: `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[4] then
  local node = holder:match('^[^:]+')
  local told = node ~= ARGV[2] and redis.call('GET', ARGV[3] .. node)
  if told then return { holder, told } end
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
return 1`,
}

/** KEYS: upload. ARGV: lease. */
export const releaseLease: Script = {
  keys: 1,
  source: `
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then return redis.call('HDEL', KEYS[1], 'holder') end
return 0`,
}

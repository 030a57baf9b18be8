import { randomBytes } from 'node:crypto'
import { bucketOf } from '../settings/location.ts'
import { Bucket } from '../store/s3/bucket.ts'
import type { S3Config } from '../store/s3/config.ts'
import { Layout } from '../store/s3/layout.ts'
import { occupantText, toOccupant } from './occupant.ts'
import type { Found, Place, Times } from './place.ts'

const BUCKET_TIMES: Times = { beatMs: 5_000, trustMs: 11_000, stillMs: 15_000, lookEveryMs: 1_000, settleMs: 1_000 }
/** A store that does not answer within this is asked again, ms: a later answer would come too late to be believed. */
const SILENCE_MS = 4_000

/** A prefix of a bucket as a place. It has connections of its own, so that large uploads do not delay its beats. */
export function openBucketPlace(config: S3Config, times: Times = BUCKET_TIMES): Place {
  const bucket = new Bucket(config, { copyAtOnceBytes: 0, silenceMs: SILENCE_MS })
  const layout = new Layout(config.prefix ?? '')
  const records = `${layout.state}occupants/`
  const named = `${layout.state}place-id`
  const shown = bucketOf({ objectStore: config }) ?? config.bucket
  const put = async (key: string, text: string) => void (await bucket.put(key, Buffer.from(text)))
  const knownIdentity = async () => {
    const id = (await bucket.get(named))?.toString().trim()
    // A record that was copied from another bucket names the wrong bucket.
    return id && `${id} ${shown}`
  }

  return {
    shown,
    instead: 'a bucket or an --s3-prefix of its own',
    times,
    publish: (occupant) => put(records + occupant.run, occupantText(occupant)),
    async renew(occupant) {
      await put(records + occupant.run, occupantText(occupant))
      return true
    },
    async list() {
      const found = new Map<string, Found>()
      for await (const { key } of bucket.list(records)) {
        const text = (await bucket.get(key))?.toString()
        if (text !== undefined)
          found.set(key.slice(records.length), { text, occupant: toOccupant(text), isCopied: false })
      }
      return found
    },
    fateNearby: async () => 'unknown',
    remove: (run) => bucket.delete(records + run),
    hasNow: () => undefined,
    async identity() {
      const known = await knownIdentity()
      if (known !== undefined) return known
      await bucket.put(named, Buffer.from(`${randomBytes(16).toString('hex')}\n`), { ifAbsent: true })
      return (await knownIdentity()) ?? shown
    },
    knownIdentity,
    close: async () => bucket.close(),
  }
}

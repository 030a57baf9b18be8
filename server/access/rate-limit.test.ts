import { expect, test } from 'vitest'
import { PAIR_AGAIN_AFTER_MS, PAIRING_EVERY_MS } from '../../proto/pairing.ts'
import { RateLimit } from './rate-limit.ts'

test('[H7] each address has its own pace, and a machine does not get another one by changing within its network', () => {
  let nowMs = 0
  const rateLimit = new RateLimit(1000, () => nowMs)
  const take = (...addresses: string[]) => addresses.map((address) => rateLimit.take(address))
  expect(take('10.0.0.1', '10.0.0.2', '10.0.0.1')).toEqual([true, true, false])
  expect(take('::ffff:10.0.0.1', '')).toEqual([false, true])
  expect(take('2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1')).toEqual([true, false, true])
  expect(take('fe80::1%eth0', 'fe80::2%eth0', '::1')).toEqual([true, false, true])
  nowMs = 999
  expect(take('10.0.0.1')).toEqual([false])
  nowMs = 1000
  expect(take('10.0.0.1', '10.0.0.1')).toEqual([true, false])
})

test('a device that waits as devices do before they pair again is not refused', () => {
  let nowMs = 0
  const rateLimit = new RateLimit(PAIRING_EVERY_MS, () => nowMs)
  expect(rateLimit.take('10.0.0.1')).toBe(true)
  nowMs = PAIRING_EVERY_MS - 1
  expect(rateLimit.take('10.0.0.1')).toBe(false)
  nowMs = PAIR_AGAIN_AFTER_MS
  expect(rateLimit.take('10.0.0.1')).toBe(true)
})

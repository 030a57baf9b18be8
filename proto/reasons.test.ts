import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { givenReason, isReason, isReceiverReason, policyFor, reasons } from './reasons.ts'

test('every status in the table is one of gRPC', () => {
  const names = Object.values(reasons).flatMap((policy) => ('status' in policy ? [policy.status] : []))
  expect(names.filter((name) => typeof status[name] !== 'number')).toEqual([])
})

test('a reason that nobody here knows stops its upload, and no other', () => {
  expect(isReason('CLOSED')).toBe(false)
  expect(policyFor(givenReason('CLOSED'))).toEqual({ remedy: 'stop' })
})

test.each(['toString', '__proto__', 'constructor'])('a name of the prototype, %s, is no reason', (name) => {
  expect(isReason(name)).toBe(false)
  expect(policyFor(givenReason(name))).toEqual({ remedy: 'stop' })
})

test('what only senders find is nothing that a receiver gives', () => {
  expect(['DISK_FULL', 'UNREACHABLE', 'SOURCE_MISSING'].map(isReceiverReason)).toEqual([true, false, false])
})

test('the description of the protocol names every reason that our receiver gives a sender', () => {
  const described = readFileSync(join(import.meta.dirname, '../docs/protocol.md'), 'utf8')
  // Said to who starts a receiver; an unexpected failure; what only receivers of other makes say.
  const others = ['BAD_FLAGS', 'INTERNAL', 'TOO_LARGE', 'NOT_READY', 'CHUNK_CHECKSUM']
  const given = Object.keys(reasons).filter((reason) => isReceiverReason(reason) && !others.includes(reason))
  expect(given.filter((reason) => !new RegExp(`\\b${reason}\\b`).test(described))).toEqual([])
})

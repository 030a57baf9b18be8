import { expect, test } from 'vitest'
import type { FoundReceiver } from '../contract/receivers.ts'
import { createFoundReceivers } from './found-receivers.ts'
import type { Sighting } from './receiver-sightings.ts'

function receiver(number: number, more: Partial<FoundReceiver> = {}): FoundReceiver {
  return { id: `id${number}`, name: `box ${number}`, address: `192.168.1.${number}:50051`, tls: false, ...more }
}

function here(found: FoundReceiver): Sighting {
  return { kind: 'here', receiver: found, holdsForMs: 1000 }
}

test('what is not heard again in time is gone, and is asked for before', () => {
  const found = createFoundReceivers()
  found.hear(here(receiver(1)), '192.168.1.1', 0)
  expect(found.isAging(799)).toBe(false)
  expect(found.isAging(800)).toBe(true)
  found.expire(999)
  expect(found.list()).toEqual([receiver(1)])
  found.hear(here(receiver(1)), '192.168.1.1', 999)
  found.expire(1998)
  expect(found.list()).toEqual([receiver(1)])
  found.expire(1999)
  expect(found.list()).toEqual([])
})

test('a receiver on two networks is one, reached by IPv4, and stays while one of them does', () => {
  const found = createFoundReceivers()
  const v6 = receiver(1, { address: '[fd00::1]:50051' })
  found.hear(here(receiver(1)), '192.168.1.1', 0)
  found.hear(here(v6), 'fe80::1', 1)
  expect(found.list()).toEqual([receiver(1)])
  found.hear({ kind: 'gone', id: 'id1' }, '192.168.1.1', 2)
  expect(found.list()).toEqual([v6])
})

test('a receiver that moved is where it was heard last, under the same id', () => {
  const found = createFoundReceivers()
  found.hear(here(receiver(1)), '192.168.1.1', 0)
  found.hear(here(receiver(1, { address: '192.168.1.1:6000' })), '192.168.1.1', 1)
  expect(found.list()).toEqual([receiver(1, { address: '192.168.1.1:6000' })])
  found.hear(here(receiver(1, { address: '192.168.1.77:6000' })), '192.168.1.77', 2)
  found.hear(here(receiver(1)), '192.168.1.1', 3)
  expect(found.list(), 'and does not jump back and forth').toEqual([receiver(1, { address: '192.168.1.77:6000' })])
})

test('nobody can say goodbye for another', () => {
  const found = createFoundReceivers()
  found.hear(here(receiver(1)), '192.168.1.1', 0)
  found.hear({ kind: 'gone', id: 'id1' }, '192.168.1.66', 1)
  expect(found.list()).toEqual([receiver(1)])
})

test('one machine cannot fill the list, nor can a thousand make it grow beyond 64', () => {
  const found = createFoundReceivers()
  for (let i = 0; i < 1000; i++) found.hear(here(receiver(i)), '192.168.1.66', 0)
  expect(found.list()).toHaveLength(8)
  for (let i = 0; i < 1000; i++) found.hear(here(receiver(2000 + i)), `10.0.${i >> 8}.${i & 255}`, 0)
  expect(found.list()).toHaveLength(64)
})

test('the list is by name', () => {
  const found = createFoundReceivers()
  for (const number of [3, 1, 2]) found.hear(here(receiver(number)), `192.168.1.${number}`, 0)
  expect(found.list().map(({ name }) => name)).toEqual(['box 1', 'box 2', 'box 3'])
})

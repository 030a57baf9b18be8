import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { choosePeers } from './choose.ts'

/** A program that says it is this version of Node. */
function nodeThatSays(version: string): string {
  const path = join(tempDir(), 'node')
  writeFileSync(path, `#!/bin/sh\necho ${version}\n`)
  chmodSync(path, 0o755)
  return path
}

const nothing = { peer: [], node: [] }
const namesOf = (wish: Parameters<typeof choosePeers>[0]): string[] => choosePeers(wish).peers.map(({ name }) => name)

test('the first peer is always there, and others when they are named', () => {
  expect(namesOf({ ...nothing, peer: ['floor-md5', 'md5'] })).toEqual(['longshore', 'floor-md5', 'md5'])
  expect(namesOf(nothing)).toEqual(expect.arrayContaining(['longshore', 'longshore-sha256', 'floor-sha256']))
})

test('every floor that a peer is compared with is a peer itself', () => {
  const { peers } = choosePeers(nothing)
  const floors = new Set(peers.flatMap(({ floor }) => floor ?? []))
  expect([...floors].sort()).toEqual(['floor-md5', 'floor-sha256', 'floor-xxh128'])
  for (const name of floors) expect(peers.find((peer) => peer.name === name)?.kind).toBe('floor')
})

test.skipIf(process.platform === 'win32')('Longshore on other Nodes stands behind the first peer', () => {
  const node = [nodeThatSays('v24.22.3'), nodeThatSays('v26.1.0')]
  expect(namesOf({ peer: ['md5'], node })).toEqual(['longshore', 'longshore-node24', 'longshore-node26', 'md5'])
  expect(choosePeers({ peer: ['md5'], node }).peers[1]?.title).toContain('v24.22.3')
})

test.skipIf(process.platform === 'win32')('two Nodes of the same name, and what is no Node, are refused', () => {
  const twice = [nodeThatSays('v24.22.3'), nodeThatSays('v24.1.0')]
  expect(() => choosePeers({ ...nothing, node: twice })).toThrow('both be named longshore-node24')
  expect(() => choosePeers({ ...nothing, node: [nodeThatSays('24')] })).toThrow('is no Node')
  expect(() => choosePeers({ ...nothing, node: [join(tempDir(), 'none')] })).toThrow('is no Node')
})

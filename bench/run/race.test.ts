import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import type { Peer } from './peer.ts'
import { race } from './race.ts'

function peer(name: string): Peer {
  const command = { program: process.execPath, args: [] }
  return {
    name,
    title: name,
    verified: 'nothing',
    durable: 'no',
    needs: [],
    kind: 'limit',
    async start(box, scratch) {
      writeFileSync(join(scratch, 'used'), box)
      return { receiver: undefined, sender: async () => command }
    },
  }
}

test('the peers take turns in every round, each in a place of its own that is gone afterwards', async () => {
  const folder = tempDir()
  const order: string[] = []
  const laps = await race(
    {
      peers: ['a', 'b'].map(peer),
      rounds: 2,
      folder,
      say: () => undefined,
      onFailure: (_, error) => expect.unreachable(String(error)),
    },
    async ({ peer: { name }, round, box }) => {
      expect(existsSync(join(box, '../scratch/used'))).toBe(true)
      expect(readdirSync(folder).length).toBe(1)
      order.push(`${name}${round}`)
      return { seconds: round }
    },
  )
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2'])
  expect(laps.get('b')).toEqual([{ seconds: 1 }, { seconds: 2 }])
  expect(readdirSync(folder)).toEqual([])
})

test('a peer that fails is named, keeps what it did before, and takes no further part', async () => {
  const failures: string[] = []
  const folder = tempDir()
  const onFailure = ({ name }: Peer, error: unknown) => void failures.push(`${name}: ${(error as Error).message}`)
  const laps = await race(
    { peers: ['a', 'b'].map(peer), rounds: 3, folder, say: () => undefined, onFailure },
    async ({ peer: { name }, round }) => {
      if (name === 'a' && round === 2) throw new Error('no more')
      return { seconds: round }
    },
  )
  expect(failures).toEqual(['a: no more'])
  expect(laps.get('a')).toEqual([{ seconds: 1 }])
  expect(laps.get('b')?.length).toBe(3)
  expect(readdirSync(folder)).toEqual([])
})

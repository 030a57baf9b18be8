// @module-tag slow

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { readdir, rm, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { heldUp, objects, QUICK, someone, staying } from '../fixtures/occupants.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { startReceiver } from '../receiver.ts'
import { openFolderPlace } from './folder-place.ts'
import { occupantText } from './occupant.ts'
import type { Place } from './place.ts'

const OWN = { times: QUICK, use: 'state', tell: (error: unknown) => expect.unreachable(String(error)) } as const

async function folder(): Promise<string> {
  return join(await sandbox(), 'received')
}

const placeAt = (directory: string) =>
  openFolderPlace(directory, ['.longshore'], { ...OWN, instead: 'a folder of its own' })

const kinds: [string, () => Promise<() => Promise<Place>>][] = [
  [
    'a folder',
    async () => {
      const directory = await folder()
      return () => placeAt(directory)
    },
  ],
  [
    'what is like an object store',
    async () => {
      const place = objects()
      return async () => place
    },
  ],
]

describe.each(kinds)('%s', (_, make) => {
  test('takes one receiver at a time, and says who is there', async () => {
    const open = await make()
    const first = await staying(await open(), someone())
    const place = await open()
    await expect(staying(place, someone())).rejects.toThrow(
      `Another receiver is already using ${place.shown} (process ${process.pid}).`,
    )
    await first.stay.leave()
    expect((await staying(await open(), someone())).told).toEqual([])
  })

  test.each<[string, string | undefined, string | undefined, RegExp]>([
    [
      'a node where one is alone',
      undefined,
      'redis://a',
      /without --redis is already using .*start that one with --redis redis:\/\/a/,
    ],
    [
      'one alone where a node is',
      'redis://a',
      undefined,
      /share the Redis at redis:\/\/a are already using .*same --redis/,
    ],
    ['a node where one of another Redis is', 'redis://a', 'redis://b', /share another Redis, redis:\/\/a, are already/],
  ])('refuses %s, and says what to do', async (_case, there, coming, sentence) => {
    const open = await make()
    await staying(await open(), someone(there === undefined ? {} : { redis: there }))
    const self = someone(coming === undefined ? {} : { redis: coming })
    await expect(staying(await open(), self)).rejects.toThrow(sentence)
    await expect(staying(await open(), self)).rejects.toMatchObject({ code: 'BUSY' })
  })

  test('takes all nodes of one Redis, wherever they run', async () => {
    const open = await make()
    for (const machine of ['one', 'two', 'three'])
      expect((await staying(await open(), someone({ redis: 'redis://a', machine }))).told).toEqual([])
  })

  test.each([['this machine'], ['many machines']])('of several that come from %s at once, one stays', async (where) => {
    const open = await make()
    for (let round = 0; round < 5; round++) {
      const comers = Array.from({ length: 4 }, (_, n) => someone(where === 'this machine' ? {} : { machine: `m${n}` }))
      const came = await Promise.allSettled(comers.map(async (self) => staying(await open(), self)))
      const stayed = came.flatMap((result) => (result.status === 'fulfilled' ? [result.value.stay] : []))
      expect(stayed.length).toBe(1)
      await stayed[0]?.leave()
    }
  })

  test('one of another machine is found alive by what it says again, and dead when it says nothing', async () => {
    const open = await make()
    const place = heldUp(await open())
    const far = await staying(place, someone({ machine: 'far' }))
    await expect(staying(await open(), someone())).rejects.toThrow(
      `process ${process.pid} on the machine far); stop that one first, or give this one `,
    )
    far.stay.mustHold()
    place.hold()
    onTestFinished(place.goOn)
    const began = performance.now()
    const next = await staying(await open(), someone())
    expect(performance.now() - began).toBeGreaterThan(QUICK.stillMs)
    expect(next.told).toEqual([
      expect.stringMatching(/A receiver on the machine far has used .* the start waits up to 1 s/),
    ])
  })

  test('one that was held up, and passed over, stops and says so', async () => {
    const open = await make()
    const place = heldUp(await open())
    const far = await staying(place, someone({ machine: 'far' }))
    const lost: string[] = []
    far.stay.onLost(({ message }) => lost.push(message))
    place.hold()
    const next = await staying(await open(), someone({ machine: 'near' }))
    expect(() => far.stay.mustHold()).toThrow(/another one has taken its place|cannot make sure/)
    place.goOn()
    await expect.poll(() => lost).toEqual([expect.stringContaining('another one has taken its place')])
    expect(() => far.stay.mustHold()).toThrow('another one has taken its place')
    expect(far.told).toEqual([expect.stringContaining('has to be started again once that one has ended')])
    await far.stay.beat()
    expect([...(await (await open()).list()).keys()]).toEqual([next.stay.self.run])
    next.stay.mustHold()
  })

  test('one that was held up goes on when nobody came, and while somebody only looks', async () => {
    const open = await make()
    const place = heldUp(await open())
    const far = await staying(place, someone({ machine: 'far' }))
    place.hold()
    const coming = staying(await open(), someone({ machine: 'near' }))
    await new Promise((resolve) => setTimeout(resolve, QUICK.trustMs + 50))
    place.goOn()
    await expect(coming).rejects.toThrow('on the machine far')
    await expect.poll(() => far.stay.isHeld()).toBe(true)
    expect(far.told).toEqual([])
  })
})

test('a folder is the same one under another name and through a symbolic link', async () => {
  const directory = await folder()
  await staying(await placeAt(directory), someone())
  await symlink(directory, `${directory}-link`)
  for (const name of [`${directory}-link`, join(directory, '..', 'received')])
    await expect(staying(await placeAt(name), someone())).rejects.toThrow('Another receiver is already using')
})

test('a folder that is slow to take a record is still one’s own as long as the record is there', async () => {
  const place = heldUp(await placeAt(await folder()))
  const { stay, told } = await staying(place, someone())
  place.hold()
  await new Promise((resolve) => setTimeout(resolve, QUICK.stillMs))
  stay.mustHold()
  place.goOn()
  expect(told).toEqual([])
})

test('records that were removed by hand are made again', async () => {
  const directory = await folder()
  const { stay, told } = await staying(await placeAt(directory), someone())
  await rm(join(directory, '.longshore/occupants'), { recursive: true })
  await expect
    .poll(() => readdir(join(directory, '.longshore/occupants')).catch(() => []))
    .toEqual([`${stay.self.run}.json`])
  stay.mustHold()
  expect(told).toEqual([])
  await expect(staying(await placeAt(directory), someone())).rejects.toThrow('Another receiver is already using')
})

test('a copy of a folder that is in use is a folder of its own', async () => {
  const directory = await folder()
  await staying(await placeAt(directory), someone())
  execFileSync('cp', ['-a', directory, `${directory}-copy`])
  const copy = await staying(await placeAt(`${directory}-copy`), someone())
  expect(copy.told).toEqual([expect.stringContaining(`${directory}-copy seems to be a copy`)])
  await new Promise((resolve) => setTimeout(resolve, QUICK.trustMs))
  copy.stay.mustHold()
  expect([...(await (await placeAt(`${directory}-copy`)).list()).keys()]).toEqual([copy.stay.self.run])
})

test('a record that a crash tore keeps others waiting for a moment only', async () => {
  const directory = await folder()
  const place = await placeAt(directory)
  const torn = someone()
  await place.publish(torn)
  const records = join(directory, '.longshore/occupants')
  await truncate(join(records, `${torn.run}.json`), 40)
  const next = await staying(await placeAt(directory), someone())
  expect(next.told).toEqual([expect.stringContaining('Somebody has used')])
  expect((await readdir(records)).filter((name) => name.includes(torn.run))).toEqual([])
})

test('one whose record cannot be read, and says something else again and again, is not waited for for ever', async () => {
  const place = await openFolderPlace(await sandbox(), ['.longshore'], { ...OWN, instead: 'another' })
  const record = join(place.folder, 'occupants', `${'e'.repeat(16)}.json`)
  let count = 0
  writeFileSync(record, 'no record')
  const timer = setInterval(() => writeFileSync(record, `no record ${count++}`), 50)
  onTestFinished(() => clearInterval(timer))
  await expect(staying(place, someone())).rejects.toMatchObject({ code: 'BUSY' })
})

test('a start that is refused leaves no folder behind, and one that ends tidies up', async () => {
  const directory = await folder()
  const first = await staying(await placeAt(directory), someone())
  await first.stay.leave()
  expect(await readdir(join(directory, '..'))).toEqual([])
})

test('a record is as long as every other, whatever it says', () => {
  const long = { ...someone({ redis: 'r'.repeat(500) }), host: '"'.repeat(120), beat: Number.MAX_SAFE_INTEGER }
  expect(occupantText(long).length).toBe(occupantText(someone()).length)
})

test('state where senders can reach it is refused', async () => {
  const within = await sandbox()
  const outer = join(within, 'outer')
  const start = (directory: string, stateDirectory?: string) =>
    startReceiver({ directory, host: '127.0.0.1', port: 0, ...(stateDirectory && { stateDirectory }) })
  await expect(start(outer, join(outer, 'state'))).rejects.toMatchObject({ code: 'BAD_FLAGS' })
})

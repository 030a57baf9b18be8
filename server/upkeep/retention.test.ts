import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { source, upload } from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { Retention } from './retention.ts'
import { receivedAt } from './verify.ts'

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000]
const START_MS = Date.UTC(2026, 0, 1)

/**
 * A receiver whose clock the test sets, and that keeps files for a day. `look` lets it look once, as it does every
 * hour.
 */
async function keepingForADay() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
  let nowMs = START_MS
  const sweep = vi.spyOn(Retention.prototype, 'sweep')
  const { client, directory } = await receiving(await sandbox(), { now: () => nowMs, keepForMs: DAY_MS })
  return {
    client,
    directory,
    async look(afterMs = HOUR_MS) {
      nowMs += afterMs
      vi.advanceTimersByTime(HOUR_MS)
      await sweep.mock.results.at(-1)?.value
    },
    async put(name: string, text: string) {
      await upload(client, source(name, Buffer.from(text)))
      // The clock of the test is not that of the disk.
      const time = new Date(nowMs - 1000)
      await utimes(join(directory, name), time, time)
    },
  }
}

test('a stored file goes when it is old enough, and verify does not miss it', async () => {
  const { put, look, directory } = await keepingForADay()
  await put('old.bin', 'old')
  await look(20 * HOUR_MS)
  await put('young.bin', 'young')
  await look(3 * HOUR_MS)
  expect(Object.keys(await filesIn(directory))).toEqual(['old.bin', 'young.bin'])
  await look(2 * HOUR_MS)
  await look()
  expect(Object.keys(await filesIn(directory))).toEqual(['young.bin'])
  expect((await receivedAt(directory))?.files.map(({ path }) => path)).toEqual(['young.bin'])
})

test('what somebody has changed, replaced or put there is theirs, and no link is followed', async () => {
  const { put, look, directory } = await keepingForADay()
  for (const name of ['longer.bin', 'edited.bin', 'linked.bin']) await put(name, 'as it came')
  await writeFile(join(directory, 'longer.bin'), 'as it came, and more')
  await utimes(join(directory, 'edited.bin'), new Date(), new Date(START_MS + HOUR_MS))
  await mkdir(join(directory, 'of-somebody-else'))
  await writeFile(join(directory, 'of-somebody-else/a.bin'), 'a')
  const elsewhere = join(await sandbox(), 'elsewhere.bin')
  await writeFile(elsewhere, 'as it came')
  await utimes(elsewhere, new Date(START_MS), new Date(START_MS))
  await rm(join(directory, 'linked.bin'))
  await symlink(elsewhere, join(directory, 'linked.bin'))
  await look(25 * HOUR_MS)
  await look()
  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['edited.bin', 'longer.bin', 'of-somebody-else/a.bin'])
  expect(await readFile(elsewhere, 'utf8')).toBe('as it came')
})

test('a clock that jumps forward and back again within the hour deletes nothing', async () => {
  const { put, look, directory } = await keepingForADay()
  await put('a.bin', 'a')
  await look(400 * DAY_MS)
  await look(-400 * DAY_MS)
  await look()
  expect(Object.keys(await filesIn(directory))).toEqual(['a.bin'])
})

test('a file that somebody moved over a stored one is theirs, however long and old it is', async () => {
  const { put, look, directory } = await keepingForADay()
  await put('a.txt', 'stored')
  const own = join(directory, 'own')
  await writeFile(own, 'theirs')
  await utimes(own, new Date(START_MS - DAY_MS), new Date(START_MS - DAY_MS))
  await rename(own, join(directory, 'a.txt'))
  for (let times = 0; times < 4; times++) await look(20 * HOUR_MS)
  expect(await readFile(join(directory, 'a.txt'), 'utf8')).toBe('theirs')
})

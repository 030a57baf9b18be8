// @module-tag slow

import { randomBytes } from 'node:crypto'
import { appendFile, readdir, readFile, rename, rm, stat, truncate, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ReceiveError } from '../base/errors.ts'
import { FairQueue } from '../base/fair-queue.ts'
import { begin, refusalOf, type Source, source } from '../fixtures/client.ts'
import { receiverOnFailingDisk } from '../fixtures/failing-disk.ts'
import { afterPowerCut, expected, killedAfter, smallFiles } from '../fixtures/killed-after.ts'
import { cuttableDisk } from '../fixtures/power-cut.ts'
import { fates, put, toPut } from '../fixtures/put.ts'
import { receiverProcess } from '../fixtures/receiver-process.ts'
import { clientOf, filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { openEmbeddedLedger } from '../ledger/embedded.ts'
import { openDiskStore } from '../store/disk.ts'
import { readReceivedLog, receivedLogOf } from '../upkeep/received-log.ts'
import { DirectSmallFiles } from './direct-small-files.ts'
import { StagedSmallFiles } from './staged-small-files.ts'

test('[A3] small files that were answered survive a power cut, whole, and are still finished', {
  timeout: 60_000,
}, async (context) => {
  const disk = await cuttableDisk(await sandbox(), 64, context)
  const directory = join(disk.folder, 'received')
  const child = await receiverProcess(directory)
  const client = clientOf(child)
  const files = smallFiles(100)
  const asked = files.map((file) => toPut(file))
  expect(fates(files, await put(client, asked))).toEqual(files.map(({ path }) => path.join('/')))

  child.kill('SIGSTOP')
  const crashed = await disk.cut()
  child.kill('SIGKILL')
  await child.ended()

  const after = await receiving(crashed)
  expect(await filesIn(after.directory)).toEqual(expected(files))
  expect(fates(files, await put(after.client, asked))).toEqual(files.map(({ path }) => path.join('/')))
  expect(await filesIn(after.directory)).toEqual(expected(files))
})

test('[A3] a start completes what a power cut spoilt or took of small files, with their times', async () => {
  const within = await sandbox()
  const files = smallFiles(6)
  const directory = await killedAfter(within, files)
  const at = (index: number) => join(directory, `day ${index % 3}/${index}.bin`)
  await truncate(at(0), 0)
  await unlink(at(1))
  await afterPowerCut(directory)
  await writeFile(at(2), Buffer.alloc(202))
  await utimes(at(2), new Date(), new Date(1_000_000_000_000))

  await receiving(within)

  expect(await filesIn(directory)).toEqual(expected(files))
  for (const index of files.keys()) expect((await stat(at(index))).mtimeMs).toBe(1_000_000_000_000)
  const log = await readReceivedLog(receivedLogOf(directory))
  expect([...log.keys()].sort()).toEqual(Object.keys(expected(files)).sort())
})

test('a start leaves alone what somebody did with small files since they arrived', async () => {
  const within = await sandbox()
  const files = smallFiles(3)
  const directory = await killedAfter(within, files)
  await writeFile(join(directory, 'day 0/0.bin'), 'edited')
  await rename(join(directory, 'day 1/1.bin'), join(directory, 'day 2/2.bin'))
  await writeFile(join(directory, 'day 1/1.bin'), 'another')

  await receiving(within)

  expect(await readFile(join(directory, 'day 0/0.bin'), 'utf8')).toBe('edited')
  expect(await readFile(join(directory, 'day 1/1.bin'), 'utf8')).toBe('another')
  expect(await readFile(join(directory, 'day 2/2.bin'))).toEqual(files[1]?.data)
})

test('each file has one line in the log, however often the receiver empties its journal and starts', async () => {
  const within = await sandbox()
  const files = smallFiles(5)
  const directory = await killedAfter(within, files)
  for (let start = 0; start < 2; start++) await (await receiving(within)).receiver.close()
  const lines = (await readFile(receivedLogOf(directory), 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).path).sort()).toEqual(Object.keys(expected(files)).sort())
})

test('a file that cannot be completed at a start is completed at a later one, whatever arrives and ends in between', async () => {
  const within = await sandbox()
  const files = smallFiles(1)
  const directory = await killedAfter(within, files)
  await afterPowerCut(directory)
  await rm(join(directory, 'day 0'), { recursive: true })
  await writeFile(join(directory, 'day 0'), 'in the way')
  const unexpected: unknown[] = []
  const between = await receiving(within, { onUnexpected: (error) => void unexpected.push(error) })
  const other = source('other.bin', randomBytes(10))
  expect(fates([other], await put(between.client, [toPut(other)]))).toEqual(['other.bin'])
  between.client.close()
  await between.receiver.close()
  expect(unexpected).toHaveLength(1)
  await rm(join(directory, 'day 0'))

  await receiving(within)

  expect(await filesIn(directory)).toEqual(expected([...files, other]))
})

test('an entry that a crash tore ends the journal, and keeps nothing from starting', async () => {
  const within = await sandbox()
  const files = smallFiles(3)
  const directory = await killedAfter(within, files)
  await appendFile(join(directory, '.longshore/small-files.0'), randomBytes(100))

  const { client } = await receiving(within)

  const asked = files.map((file) => toPut(file))
  expect(fates(files, await put(client, asked))).toEqual(files.map(({ path }) => path.join('/')))
  expect(await filesIn(directory)).toEqual(expected(files))
  expect((await stat(join(directory, '.longshore/small-files.0'))).size).toBeLessThan(100 * 1024)
})

test('a receiver that closes leaves an empty journal and nothing beside it', async () => {
  const within = await sandbox()
  const { client, directory, receiver } = await receiving(within)
  const files = smallFiles(10)
  await put(
    client,
    files.map((file) => toPut(file)),
  )

  await receiver.close()

  for (const volume of ['small-files.0', 'small-files.1']) {
    expect((await stat(join(directory, '.longshore', volume))).size).toBe(0)
  }
  expect(await readdir(join(directory, '.longshore/small'))).toEqual([])
  expect(await filesIn(directory)).toEqual(expected(files))
})

test('[F8] small files go the way of every upload when the journal cannot be synced', async (context) => {
  const directory = join(await sandbox(), 'received')
  await (await receiving(join(directory, '..'))).receiver.close()
  const journal = join(directory, '.longshore/small-files.0')
  const child = await receiverOnFailingDisk(context, directory, journal, 'fdatasync:error=EIO:when=1+')
  const client = clientOf(child)
  const files = smallFiles(5)

  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )

  expect(fates(files, replies)).toEqual(files.map(({ path }) => path.join('/')))
  expect(await filesIn(directory)).toEqual(expected(files))
  expect((await begin(client, files[0] as Source)).finished).toMatchObject({ storedAs: 'day 0/0.bin' })
})

test('a receiver that is closing takes no more small files', async () => {
  const { client, receiver } = await receiving()
  const call = client.putFiles()
  const ended = refusalOf(
    (async () => {
      for await (const _ of call);
    })(),
  )
  await receiver.close()
  call.write(toPut(source('a.bin', randomBytes(10))))
  expect(await ended).toMatch(/^UNAVAILABLE|^CANCELLED/)
})

test('a small file that its device may not store any more is neither written down nor stored', async () => {
  const folder = await sandbox()
  const ledger = await openEmbeddedLedger(join(folder, 'ledger'), (error) => expect.unreachable(String(error)))
  onTestFinished(() => ledger.close())
  const store = await openDiskStore(folder)
  const data = Buffer.from('x')
  const { path, uploadKey } = source('in/x', data)
  const record = {
    fileId: '0'.repeat(32),
    origin: { kind: 'begun', uploadKey },
    path,
    askedPath: path,
    sizeBytes: 1,
    modifiedAtMs: 0,
    onConflict: 'KEEP_BOTH',
    generation: 0,
    state: { kind: 'receiving' },
  } as const
  const mustBeAllowed = () => {
    throw new ReceiveError('NOT_ALLOWED', 'Not any more.')
  }
  const file = { record, data, digest: { kind: 'md5', hex: '0'.repeat(32) } as const, sender: 'a', mustBeAllowed }
  const onFinished = () => expect.unreachable('It is finished.')
  if (store.stagedSmallFiles === undefined) throw new Error('A disk takes small files.')
  const smallFiles = await StagedSmallFiles.open(folder, {
    ledger,
    store: store.stagedSmallFiles,
    fairQueue: new FairQueue(),
    onFinished,
    onUnexpected: onFinished,
  })
  await expect(smallFiles.put(file)).rejects.toThrow('Not any more.')
  expect((await stat(join(folder, 'small-files.0'))).size).toBe(0)
  await smallFiles.close()
  const putSmallFile = async () => expect.unreachable('It is stored.')
  await expect(new DirectSmallFiles({ ledger, store: { putSmallFile }, onFinished }).put(file)).rejects.toThrow(
    'Not any more.',
  )
  expect(Object.keys(await filesIn(join(folder, 'in')))).toEqual([])
})

import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { expectGivesUpItsName, ledgerConformance, recordOf, startsOf } from '../fixtures/ledger-conformance.ts'
import { becomeSmallDisk } from '../fixtures/small-disk.ts'
import { formerlyFoldedPath } from '../names/safe-path.ts'
import { openEmbeddedLedger } from './embedded.ts'
import type { Ledger } from './ledger.ts'
import { uploadText } from './record-text.ts'

const unexpectedDamage = (error: unknown) => expect.unreachable(String(error))

async function folder(): Promise<string> {
  const path = tempDir()
  return path
}

async function opened(path: string): Promise<Ledger> {
  const ledger = await openEmbeddedLedger(path, unexpectedDamage)
  onTestFinished(() => ledger.close())
  return ledger
}

ledgerConformance('embedded', async () => {
  const path = await folder()
  const ledger = await openEmbeddedLedger(path, unexpectedDamage)
  onTestFinished(() => ledger.close())
  return {
    ledger,
    async reopened() {
      await ledger.close()
      return opened(path)
    },
  }
})

test('a second one on the same folder is refused', async () => {
  const path = await folder()
  await opened(path)
  await expect(openEmbeddedLedger(path, unexpectedDamage)).rejects.toThrow('Another receiver is using this ledger.')
})

test('[F3] after a full disk, what was acknowledged before and after it is there, and nothing else was', async (context) => {
  const path = await folder()
  becomeSmallDisk(path, 1, context)
  const ballast = join(path, 'ballast')
  await writeFile(ballast, Buffer.alloc(400_000))
  const ledger = await openEmbeddedLedger(join(path, 'ledger'), unexpectedDamage)
  const acknowledged: number[] = []
  const save = async (start: number) => {
    await ledger.chunks.save('a', { start, end: start + 1, crc32: 1 })
    acknowledged.push(start)
  }
  const failures: unknown[] = []
  for (let start = 0; failures.length < 20; start++) await save(start).catch(({ code }) => failures.push(code))
  await rm(ballast)
  for (let start = 50_000; start < 50_100; start++) await save(start)
  await ledger.close()

  expect(new Set(failures)).toEqual(new Set(['DISK_FULL']))
  expect(acknowledged).toContain(50_099)
  const after = await openEmbeddedLedger(join(path, 'ledger'), unexpectedDamage)
  const kept = new Set(await startsOf(after, 'a'))
  await after.close()
  expect(acknowledged.filter((start) => !kept.has(start))).toEqual([])
})

test('a name that was kept as versions did that told it from more others is found by its new fold, too', async () => {
  const path = await folder()
  const name = ['pictures', '❤\ufe0f.txt']
  const record = recordOf('a', {
    path: name,
    state: { kind: 'finished', storedAs: name, digest: { kind: 'md5', hex: '' } },
  })
  const database = new ClassicLevel(path)
  const formerly = createHash('sha256').update(formerlyFoldedPath(name)).digest('hex').slice(0, 32)
  await database.put('upload/a', uploadText(record))
  await database.put(`holder/${formerly}`, 'a')
  await database.put(`asked/${formerly}/a`, '')
  await database.close()
  const ledger = await opened(path)
  await expectGivesUpItsName(ledger, record, 'b')
})

import { expect, test } from 'vitest'
import { ReceiveError } from './base/errors.ts'
import type { Ledger, UploadRecord, UploadState } from './ledger/ledger.ts'
import { withEffects } from './ledger-effects.ts'

/** A ledger and all that goes with it, which note what they are told, in order; each may be made to fail. */
function scene(fails: Readonly<Record<string, Error>> = {}) {
  const told: string[] = []
  const note = (what: string) => {
    told.push(what)
    if (fails[what]) throw fails[what]
  }
  const noting = (what: string) => async () => note(what)
  const bareLedger = {
    uploads: { save: noting('ledger saves'), forget: noting('ledger forgets'), rekey: noting('ledger rekeys') },
    chunks: { save: noting('ledger saves a chunk') },
    checkpoints: { save: noting('ledger saves a checkpoint') },
    flush: noting('ledger flushes'),
  } as unknown as Ledger
  const ledger = withEffects(bareLedger, {
    guard: { mustHold: () => note('guard looks') },
    openUploads: {
      async admit() {
        note('admitted')
        return true
      },
      remove: () => note('not open any more'),
    },
    log: {
      announce: noting('log announces'),
      finished: noting('log writes'),
      settled: noting('log settles'),
      sync: noting('log syncs'),
      close: async () => undefined,
    },
    quotas: {
      saved: () => note('quotas know of it'),
      finished: () => note('quotas count it'),
      forgotten: () => note('quotas forget it'),
    },
    counters: { stored: (bytes) => note(`${bytes} bytes counted`) },
  })
  return { ledger, told }
}

const upload = (state: UploadState) => ({ fileId: 'a', state }) as UploadRecord
const receiving = upload({ kind: 'receiving' })
const publishing = upload({ kind: 'publishing', storedAs: ['x'], digest: { kind: 'md5', hex: '' }, fileIdentity: '' })
const finished = upload({ kind: 'finished', storedAs: ['x'], digest: { kind: 'md5', hex: '' } })

test('a new upload is admitted, saved and then known to the quotas', async () => {
  const { ledger, told } = scene()
  await ledger.uploads.save(receiving)
  expect(told).toEqual(['admitted', 'guard looks', 'ledger saves', 'quotas know of it'])
})

test('what is about to replace a file is announced before it is saved', async () => {
  const { ledger, told } = scene()
  await ledger.uploads.save(publishing)
  expect(told.slice(0, 4)).toEqual(['admitted', 'guard looks', 'log announces', 'ledger saves'])
})

test('one upload too many is not saved, and one that cannot be saved is not open', async () => {
  const full = scene({ admitted: new ReceiveError('BUSY', 'Too many.') })
  await expect(full.ledger.uploads.save(receiving)).rejects.toThrow('Too many.')
  expect(full.told).toEqual(['admitted'])
  const broken = scene({ 'ledger saves': new Error('The disk is broken.') })
  await expect(broken.ledger.uploads.save(receiving)).rejects.toThrow('The disk is broken.')
  expect(broken.told.at(-1)).toBe('not open any more')
})

test('a finished file is in the log before the ledger, and both are durable before anybody counts it', async () => {
  const { ledger, told } = scene()
  await ledger.uploads.save(finished, { durable: true })
  expect(told).toEqual([
    'guard looks',
    'log writes',
    'log syncs',
    'ledger saves',
    'log settles',
    'not open any more',
    'quotas count it',
  ])
})

test('an upload that is forgotten is not open, takes no room and replaces nothing', async () => {
  const { ledger, told } = scene()
  await ledger.uploads.forget(receiving)
  expect(told).toEqual(['guard looks', 'ledger forgets', 'log settles', 'not open any more', 'quotas forget it'])
})

test('a receiver that may have lost its folder writes nothing', async () => {
  const { ledger, told } = scene({ 'guard looks': new ReceiveError('MOVED', 'Another one has it.') })
  const writes = [
    () => ledger.uploads.save(finished),
    () => ledger.uploads.forget(receiving),
    () => ledger.uploads.rekey(receiving, 'k'),
    () => ledger.chunks.save('a', { start: 0, end: 1, crc32: 0 }),
    () => ledger.checkpoints.save('a', []),
  ]
  for (const write of writes) await expect(write()).rejects.toThrow('Another one has it.')
  await expect(ledger.uploads.save(receiving)).rejects.toThrow('Another one has it.')
  expect(told.filter((what) => !['guard looks', 'admitted', 'not open any more'].includes(what))).toEqual([])
})

test('a chunk is counted when it is stored', async () => {
  const { ledger, told } = scene()
  await ledger.chunks.save('a', { start: 2, end: 5, crc32: 0 })
  expect(told).toEqual(['guard looks', 'ledger saves a chunk', '3 bytes counted'])
})

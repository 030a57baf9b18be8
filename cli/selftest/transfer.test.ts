// @module-tag slow

import { readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Receiver, type StoredEvent, startReceiver } from '../../server/receiver.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { wrongByte } from '../../test/support/wrong-byte.ts'
import { createChecks } from './checks.ts'
import type { Check } from './report.ts'
import { checkTransfer, type StartReceiver } from './transfer.ts'

/** Runs the check with a receiver that does something to each file it has stored, before its sender hears of it. */
async function checksWith(
  spoil: (path: string, file: StoredEvent, directory: string) => void,
): Promise<readonly Check[]> {
  const start: StartReceiver = async (directory, onUnexpected): Promise<Receiver> => {
    const receiver = await startReceiver({ directory, host: '127.0.0.1', port: 0, onUnexpected })
    receiver.onStored((file) => spoil(join(directory, file.name), file, directory))
    return receiver
  }
  const directory = tempDir()
  const found: Check[] = []
  const report = { seed: () => {}, check: (check: Check) => void found.push(check), verdict: () => {} }
  const { signal } = new AbortController()
  await checkTransfer(directory, createChecks(report, signal), signal, start)
  expect(readdirSync(directory)).toEqual([])
  return found
}

test('a good receiver passes', async () => {
  const found = await checksWith(() => {})
  expect(found.map(({ name, ok }) => [name, ok])).toEqual([
    ['transfer', true],
    ['symbolic links', true],
  ])
})

test('one byte that a receiver stored wrong is found', async () => {
  const [transfer] = await checksWith((path, { bytes }) => {
    if (bytes === 64 * 1024 * 1024) wrongByte(path, 40_000_000)
  })
  expect(transfer).toMatchObject({ ok: false, detail: 'files/6 of 67108864 bytes.bin differs from byte 40000000 on.' })
})

test('a file too much and a lost one are found', async () => {
  const [transfer] = await checksWith((path, { bytes }) => {
    if (bytes === 0) writeFileSync(`${path}.copy`, '')
    if (bytes === 1) renameSync(path, `${path}.moved`)
  })
  expect(transfer?.ok).toBe(false)
  expect(transfer?.detail).toContain('files/1 of 0 bytes.bin.copy is there and was never sent')
  expect(transfer?.detail).toContain('files/2 of 1 bytes.bin is missing')
})

test('a receiver that would follow a link out of its folder is found', async () => {
  // Stands for one that follows: whatever is stored also turns up where the link points.
  const found = await checksWith((path, { bytes }, directory) => {
    if (bytes === 1) symlinkSync(path, join(directory, '..', 'outside', 'astray.bin'))
  })
  expect(found[1]).toMatchObject({ name: 'symbolic links', ok: false })
  expect(found[1]?.detail).toMatch(/outside the folder/)
})

// @module-tag slow

import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startReceiver } from '../../server/receiver.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { wrongByte } from '../../test/support/wrong-byte.ts'
import { Problem } from './checks.ts'
import { createScript, inWords, planFaults } from './faults.ts'
import { createRandom } from './random.ts'
import type { MortalReceiver, StartMortalReceiver } from './receiver.ts'
import { playRound } from './round.ts'

// Faults cost waits, and a busy machine stretches them.
vi.setConfig({ testTimeout: 60_000 })

/**
 * A receiver in this process. Being killed, it closes in the middle of things, and what it says about that is no news.
 */
function startHere(
  onStored: (path: string, onEnded: (sentence: string) => void) => void = () => {},
): StartMortalReceiver {
  return async (directory, onEnded) => {
    const receiver = await startReceiver({ directory, host: '127.0.0.1', port: 0, onUnexpected: () => {} })
    receiver.onStored(({ name }) => onStored(join(directory, name), onEnded))
    return { port: receiver.port, kill: () => receiver.close() }
  }
}

function play(start: StartMortalReceiver, scratch: string, signal = new AbortController().signal): Promise<string> {
  return playRound({ number: 1, random: createRandom(5), scratch, start }, signal)
}

test('a round through a good receiver ends well and takes its files away', async () => {
  const scratch = tempDir()
  expect(await play(startHere(), scratch)).toMatch(/^25 files, [\d.]+ MiB, through .+: the same byte for byte\.$/)
  expect(readdirSync(scratch)).toEqual(['received'])
  expect(readdirSync(join(scratch, 'received'))).toEqual(['.longshore'])
})

test('one byte that changed after a file was verified is found', async () => {
  const damaging = startHere((path) => {
    if (basename(path) === 'film 6.mov') wrongByte(path, 3_000_000)
  })
  await expect(play(damaging, tempDir())).rejects.toThrow('round 1/film 6.mov differs from byte 3000000 on.')
})

test('a receiver that does not come up again after a crash is a problem, and ends the round soon', async () => {
  let starts = 0
  const dying: StartMortalReceiver = async (...args): Promise<MortalReceiver> => {
    starts += 1
    if (starts > 1) throw new Problem('The ledger is damaged.')
    return startHere()(...args)
  }
  await expect(play(dying, tempDir())).rejects.toThrow('The ledger is damaged')
})

test('a receiver that ends by itself is a problem', async () => {
  const fragile = startHere((_path, onEnded) => onEnded('The receiver ended by itself (1).'))
  await expect(play(fragile, tempDir())).rejects.toThrow('The receiver ended by itself (1)')
})

test('an interruption ends a round at once', async () => {
  const interruption = new AbortController()
  const interrupting: StartMortalReceiver = async (directory, ...rest) => {
    const receiver = await startHere()(directory, ...rest)
    setImmediate(() => interruption.abort(new Error('Interrupted.')))
    return receiver
  }
  await expect(play(interrupting, tempDir(), interruption.signal)).rejects.toThrow('Interrupted.')
})

test('the same seed plans the same faults, at least one of each kind, and another seed others', () => {
  const plan = (seed: number) => planFaults(1_000_000, createRandom(seed))
  expect(plan(1)).toEqual(plan(1))
  expect(plan(1)).not.toEqual(plan(2))
  for (let seed = 0; seed < 100; seed++) {
    const places = plan(seed).map(({ atByte }) => atByte)
    expect(new Set(plan(seed).map(({ kind }) => kind)).size, `seed ${seed}`).toBe(4)
    expect(places, `seed ${seed}`).toEqual([...places].sort((a, b) => a - b))
    expect(Math.max(...places), `seed ${seed}`).toBeLessThan(1_000_000)
  }
})

test('faults happen when their byte has passed, and not after the end', () => {
  const happened: number[] = []
  const faults = [10, 20, 30].map((atByte) => ({ kind: 'cut', atByte, ms: 0 }) as const)
  const script = createScript(faults, ({ atByte }) => happened.push(atByte))
  onTestFinished(script.stop)
  script.advance(9)
  expect(happened).toEqual([])
  script.advance(11)
  expect(happened).toEqual([10, 20])
  script.stop()
  script.advance(100)
  expect(happened).toEqual([10, 20])
  expect(inWords(['kill', 'cut', 'kill'])).toBe('2 kills, 1 cut, 0 stalls, 0 flipped bits')
})

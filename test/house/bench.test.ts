import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * The bench with a file so small that nothing it says means anything, and with peers that need nothing of the system.
 */
function startBench(temp: string, peers: readonly string[], rounds: number): ChildProcess {
  const size = ['--case', 'one-file', '--size', '2MiB', '--rounds', String(rounds)]
  const args = ['--import', 'tsx', 'bench/index.ts', ...size, '--temp', temp, '--dry-run', '--peer', ...peers]
  const bench = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void bench.kill('SIGTERM'))
  return bench
}

/** It reads from /proc what processes use. */
const onLinux = test.skipIf(process.platform !== 'linux')

onLinux('the bench runs Longshore and others on the same file, compares them, and leaves nothing behind', async () => {
  const temp = tempDir()
  const bench = startBench(temp, ['longshore-tls', 'tus', 'floor-xxh128', 'grpc-wide', 'md5'], 1)
  let printed = ''
  bench.stdout?.on('data', (data) => {
    printed += data
  })
  expect(await once(bench, 'close')).toEqual([0, null])
  const names = [...printed.matchAll(/^\| ([a-z][\w-]*) .*\d ×/gm)].map(([, name]) => name)
  expect(names).toEqual(['longshore', 'longshore-tls', 'tus', 'floor-xxh128', 'grpc-wide', 'md5'])
  expect(readdirSync(temp)).toEqual([])
})

onLinux('an interrupted bench ends what it started and removes its files', async () => {
  const temp = tempDir()
  const bench = startBench(temp, ['tus'], 1000)
  const rounds = createInterface({ input: bench.stdout as NonNullable<typeof bench.stdout> })
  for await (const line of rounds) if (line.includes('round 1/1000')) break
  bench.kill('SIGINT')
  expect(await once(bench, 'exit')).toEqual([130, null])
  expect(readdirSync(temp)).toEqual([])
})

/**
 * Runs tests on later versions of Node than the one that runs everything else: `npm run test:node`, or with some of
 * the versions, `npm run test:node -- 24`. Exits with 1 when a test fails on one of them.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { ALL_OUTPUTS, buildOutputs } from './build-outputs.ts'
import { LATER_NODES, nodeOf } from './node-versions.ts'

const VITEST = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')

/**
 * What differs from one Node to the next is what these go through: streams of HTTP/2 and TLS, threads, files, signals,
 * and the native ledger. Nothing that is the same everywhere is run again.
 */
const RUNS: readonly (readonly string[])[] = [
  ['--project', 'unit', '--tags-filter=!slow'],
  [
    '--project',
    'whole',
    ...['sending/end-to-end', 'sending/resume', 'sending/terminal.test', 'sending/small-files'],
    ...['receiving/encryption', 'receiving/pairing.test', 'receiving/embedding', 'receiving/verify'],
    ...['house/hash-worker', 'house/loaded-parts', 'house/memory'],
  ],
]

const wanted = process.argv.slice(2)
const failed: string[] = []
await buildOutputs(ALL_OUTPUTS)
for (const major of wanted.length > 0 ? wanted : LATER_NODES) {
  const node = nodeOf(major)
  for (const run of RUNS) {
    console.log(`Node ${major}: vitest run ${run.join(' ')}`)
    // Programs that a test starts by the name `node` are to be the same one.
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
    const { status } = spawnSync(node, [VITEST, 'run', ...run], { stdio: 'inherit', env })
    if (status !== 0) failed.push(`Node ${major}: ${run[1]}`)
  }
}
if (failed.length > 0) {
  console.error(`Failed on ${failed.join(', ')}.`)
  process.exitCode = 1
}

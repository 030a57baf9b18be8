/**
 * Runs every check that looks at sources without running them, all at once; what each has to say is shown together, and
 * any failure fails all.
 */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

const CHECKS = [['biome', 'ci'], ['tsc', '-b'], ['knip'], ['tsx', 'scripts/generate-proto.ts', '--check']] as const

type Outcome = { readonly name: string; readonly isFine: boolean; readonly said: string; readonly seconds: number }

function run([program, ...args]: (typeof CHECKS)[number]): Promise<Outcome> {
  const name = [program, ...args].join(' ')
  const startedAtMs = performance.now()
  // Started by hand as well, without npm, which is what usually makes them found.
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, PATH, NO_COLOR: '1' },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => {
      resolve({ name, isFine: status === 0, said, seconds: (performance.now() - startedAtMs) / 1000 })
    })
  })
}

const outcomes = await Promise.all(CHECKS.map(run))
for (const { name, isFine, said, seconds } of outcomes) {
  console.log(`${isFine ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)`)
  if (!isFine) console.error(said)
}
if (outcomes.some(({ isFine }) => !isFine)) process.exitCode = 1

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createBuilder } from 'vite'
import { whileBuilding } from './build-lock.ts'

const ROOT = join(import.meta.dirname, '..')

type Output = {
  /** Its main file. */
  readonly file: string
  /** The folders its sources are in. */
  readonly sources: readonly string[]
  /** Outputs that it starts while it runs, or that start it. */
  readonly starts?: readonly ('hashWorker' | 'cliStart')[]
}

/** Each output of the build by the name it has in vite.config.ts. */
const OUTPUTS = {
  client: { file: 'out/renderer/index.html', sources: ['renderer', 'main/contract/contract.ts'] },
  main: { file: 'out/main/index.js', sources: ['main', 'proto'], starts: ['hashWorker'] },
  preload: { file: 'out/main/preload.cjs', sources: ['main'] },
  receiver: { file: 'out/receiver/index.js', sources: ['server', 'proto'] },
  receiverLibrary: { file: 'out/library/receiver.js', sources: ['server', 'proto'] },
  hashWorker: { file: 'out/hash-worker/index.js', sources: ['main/engine'] },
  cli: { file: 'out/cli/program.js', sources: ['cli', 'server', 'main', 'proto'], starts: ['hashWorker', 'cliStart'] },
  cliStart: { file: 'out/cli/index.js', sources: ['cli'] },
  chromiumHost: { file: 'out/chromium-host/run.js', sources: ['chromium-host'] },
} as const satisfies Record<string, Output>

export type OutputName = keyof typeof OUTPUTS

/** Every output, for those who need the whole app. */
export const ALL_OUTPUTS = Object.keys(OUTPUTS) as readonly OutputName[]

/** Says whether an output is missing or older than one of its sources. */
export function isStale(name: OutputName): boolean {
  const { file, sources } = OUTPUTS[name]
  const output = join(ROOT, file)
  if (!existsSync(output)) return true
  const inputs = ['vite.config.ts', 'package-lock.json', ...sources].map((source) => join(ROOT, source))
  return Math.max(...inputs.map(newestMs)) > statSync(output).mtimeMs
}

/**
 * Builds those of `wanted`, and of what they start, that are stale; returns which. Rejects with the bundler's message
 * when a source is wrong.
 */
export async function buildOutputs(wanted: readonly OutputName[]): Promise<readonly OutputName[]> {
  const names = [...new Set(wanted.flatMap((name) => [name, ...startedBy(name)]))]
  if (!names.some(isStale)) return []
  return whileBuilding(async () => {
    // Whoever held the lock before may have built them meanwhile.
    const stale = names.filter(isStale)
    if (stale.length > 0) await build(stale)
    return stale
  })
}

function startedBy(name: OutputName): readonly OutputName[] {
  const output: Output = OUTPUTS[name]
  return output.starts ?? []
}

async function build(names: readonly OutputName[]): Promise<void> {
  const before = process.env.NODE_ENV
  // What is tested is what is shipped: of a test runner Vite would take over that React is to be bundled for
  // developers, which is several times slower.
  process.env.NODE_ENV = 'production'
  try {
    const builder = await createBuilder({ configFile: join(ROOT, 'vite.config.ts') })
    for (const name of names) {
      const environment = builder.environments[name]
      if (!environment) throw new Error(`vite.config.ts has no environment ${name}`)
      await builder.build(environment)
    }
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

/**
 * Newest modification below `path`, folders included, so that a file taken away counts as well. Epoch, ms; 0: nothing
 * there.
 */
function newestMs(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

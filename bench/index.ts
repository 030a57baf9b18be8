/**
 * Measures Longshore beside other programs and beside the limits of its parts, and keeps what it finds in results.json,
 * results.md and results.svg. `npm run bench -- --help`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { buildOutputs } from '../scripts/build-outputs.ts'
import { allCases } from './cases/all.ts'
import { allPeers } from './peers/all.ts'
import { choosePeers, nodeVersion } from './peers/choose.ts'
import { table } from './report/table.ts'
import { keepResult, renderResults } from './results.ts'
import type { Case } from './run/case.ts'
import { killAll } from './run/child.ts'
import { describeMachine, versionsOf } from './run/machine.ts'
import type { Peer } from './run/peer.ts'
import { buildPrograms, removePrograms } from './run/programs.ts'
import { readSize } from './run/workload.ts'

type Options = {
  readonly case: readonly string[]
  readonly peer: readonly string[]
  readonly rounds: number
  readonly size?: number
  readonly files?: number
  readonly node: readonly string[]
  readonly temp: string
  readonly all?: true
  readonly install?: true
  readonly dryRun?: true
  readonly render?: true
}

const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name)

const command = new Command('bench')
  .description(
    'Measures Longshore beside other programs, on the same files over loopback. Without --case or --all: a quick selection.',
  )
  .addOption(new Option('--case <name...>', 'what to measure').choices(names(allCases)).default([]))
  .addOption(new Option('--peer <name...>', 'only these, beside longshore').choices(names(allPeers)).default([]))
  .addOption(new Option('--rounds <n>', 'how often each runs').argParser(wholeNumber).default(5))
  .addOption(new Option('--size <size>', 'another size for cases with one size, as 256MiB').argParser(size))
  .addOption(new Option('--files <n>', 'another number for cases with small files').argParser(wholeNumber))
  .addOption(new Option('--node <path...>', 'Longshore on these programs of Node as well').default([]))
  .option('--temp <dir>', 'where everything happens; its disk is measured', tmpdir())
  .option('--all', 'every case; takes hours on a slow machine')
  .option('--install', 'install what is missing of the system, on Debian as root')
  .option('--dry-run', 'print the tables, keep nothing')
  .option('--render', 'measure nothing; write results.md and results.svg from results.json')
  .addHelpText(
    'after',
    `\nCases:\n${allCases.map(({ name, about, isQuick }) => `  ${name.padEnd(18)}${about}${isQuick ? ' *' : ''}`).join('\n')}\n  * quick selection`,
  )
  .action(run)

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return Number(text)
}

function size(text: string): number {
  const bytes = readSize(text)
  if (bytes === undefined) throw new InvalidArgumentError('It takes a size like 256MiB or 4GiB.')
  return bytes
}

async function run(options: Options): Promise<void> {
  if (options.render) return renderResults()
  if (process.platform !== 'linux')
    throw new Error(`it reads /proc, which only Linux has, and this is ${process.platform}.`)
  const folder = mkdtempSync(join(options.temp, 'longshore-bench-'))
  leaveNothing(folder)
  await buildOutputs(['cli'])
  await buildPrograms()
  const { peers, skipped } = choosePeers(options)
  for (const sentence of skipped) console.warn(sentence)
  const isChosen = ({ name, isQuick }: Case): boolean =>
    options.all === true || options.case.includes(name) || (options.case.length === 0 && isQuick)
  const machine = describeMachine(folder)
  for (const one of allCases.filter(isChosen)) {
    const leftOut = [...skipped]
    const onFailure = (peer: Peer, error: unknown): void => {
      leftOut.push(`${peer.name} failed: ${(error as Error).message}`)
      console.error(leftOut.at(-1))
      process.exitCode = 1
    }
    const origin = {
      case: one.name,
      date: new Date().toISOString(),
      command: `npm run bench -- ${commandLine(one, options)}`,
      machine,
      versions: versionsOf([...names(peers), ...(one.programs ?? [])]),
      loadBefore: loadavg()[0] ?? 0,
      skipped: leftOut,
    }
    const { rounds, size: sizeBytes, files } = options
    const sections = await one.run({ peers, rounds, sizeBytes, files, folder, say: console.log, onFailure })
    if (typeof sections === 'string') {
      console.warn(`Skipped: ${sections}`)
      continue
    }
    for (const section of sections) {
      console.log(`\n${section.title}\n\n${table(section)}\n`)
      if (!options.dryRun) keepResult({ origin, section })
    }
  }
}

/** Leaves no process and no file behind, however this one ends. */
function leaveNothing(folder: string): void {
  const INTERRUPTED = 130
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(INTERRUPTED))
  process.once('exit', () => {
    killAll()
    removePrograms()
    // A process that was just killed may still write once.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
}

/** The command that makes this table alone. */
function commandLine({ name }: Case, { rounds, size: sizeBytes, files, peer, node }: Options): string {
  const more = [
    ...(sizeBytes ? [`--size ${sizeBytes / 1024 ** 2}MiB`] : []),
    ...(files ? [`--files ${files}`] : []),
    // Where it lies on this machine says nothing.
    ...node.map((path) => `--node NODE-${nodeVersion(path)}`),
    ...(peer.length ? [`--peer ${peer.join(' ')}`] : []),
  ]
  return [`--case ${name}`, `--rounds ${rounds}`, ...more].join(' ')
}

try {
  await command.parseAsync()
} catch (error) {
  console.error(`The bench failed: ${(error as Error).message}`)
  process.exitCode = 1
}

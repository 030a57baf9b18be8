/**
 * Writes docs/reliability.md: each row of the fault matrix with the tests that prove it. Runs the whole suite, or takes
 * the JSON reports of earlier runs as arguments, of which the last one that has a test counts for it. A row that no
 * test names is in the table too, as not proved yet.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, release, tmpdir, type } from 'node:os'
import { basename, join } from 'node:path'
import { MATRIX } from '../test/faults/matrix.ts'
import { type Circumstances, latest, readResults, reliabilityPage, type TestResult } from './reliability-page.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = join(ROOT, 'docs/reliability.md')

const given = process.argv.slice(2)
const results = given.length > 0 ? latest(given.map(resultsIn)) : runEverything()
const page = reliabilityPage(MATRIX, results, circumstances())
writeFileSync(PAGE, page.markdown)
console.log(`${page.proved} of ${page.rows} rows are proved; see docs/reliability.md.`)
for (const problem of page.problems) console.error(problem)
process.exitCode = page.problems.length === 0 ? 0 : 1

function runEverything(): readonly TestResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-reliability-'))
  try {
    const report = join(folder, 'report.json')
    const args = ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    // Its exit status is not asked for: failures are in the report, and the table must name them.
    spawnSync('npx', args, { cwd: ROOT, stdio: 'inherit' })
    return resultsIn(report)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function resultsIn(report: string): readonly TestResult[] {
  return readResults(readFileSync(report, 'utf8'))
}

function circumstances(): Circumstances {
  const size = process.env.LONGSHORE_FAULTS === 'full' ? 'LONGSHORE_FAULTS=full ' : ''
  const command = `${size}npm run reliability${given.length > 0 ? ` -- ${given.map((path) => basename(path)).join(' ')}` : ''}`
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} cores, ${distribution()}, Node ${process.version}`,
    command,
  }
}

/** What the system calls itself, else the name and release of its kernel. */
function distribution(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    if (name !== undefined) return name
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return `${type()} ${release()}`
}

import type { Group } from '../test/faults/matrix.ts'

/** What one test came to. */
export type TestResult = {
  readonly title: string
  /** The rows that its title names. */
  readonly rows: readonly string[]
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'known gap'
}

/** Where and how the results came about. */
export type Circumstances = { readonly date: string; readonly machine: string; readonly command: string }

export type ReliabilityPage = {
  readonly markdown: string
  readonly rows: number
  readonly proved: number
  /** Sentences about what must not be published as it is: failures, and rows that do not exist. */
  readonly problems: readonly string[]
}

type Verdict =
  | { readonly kind: 'proved'; readonly by: readonly TestResult[] }
  | { readonly kind: 'failed'; readonly by: readonly TestResult[] }
  | { readonly kind: 'does not hold yet'; readonly by: readonly TestResult[] }
  | { readonly kind: 'skipped here'; readonly by: readonly TestResult[] }
  | { readonly kind: 'not proved yet' }

/**
 * How the title of a test ends that shows what is promised and not kept; Vitest calls it passed, as it fails the way it
 * was expected to.
 */
const KNOWN_GAP = ' (does not hold yet)'

/** Reads the tests that name rows in brackets, like `[A1 B2] a title`, from a JSON report of Vitest. */
export function readResults(json: string): readonly TestResult[] {
  const report = JSON.parse(json) as { testResults: { assertionResults: { title: string; status: string }[] }[] }
  return report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ title, status }) => {
      const [, names, rest] = /^\[((?:[A-Z]\d+ ?)+)\] (.*)$/s.exec(title) ?? []
      if (names === undefined || rest === undefined) return []
      const isKnownGap = rest.endsWith(KNOWN_GAP)
      const told = isKnownGap ? rest.slice(0, -KNOWN_GAP.length) : rest
      const outcome = isKnownGap && status !== 'failed' ? 'known gap' : outcomeOf(status)
      return [{ title: told, rows: names.trim().split(/ +/), outcome }]
    })
}

/** What each test came to in the last of several reports that has it, by its title. */
export function latest(reports: readonly (readonly TestResult[])[]): readonly TestResult[] {
  const titles = reports.map((results) => new Set(results.map(({ title }) => title)))
  return reports.flatMap((results, index) =>
    results.filter(({ title }) => !titles.slice(index + 1).some((later) => later.has(title))),
  )
}

/** One table for each group with every row in it, whatever the tests say. */
export function reliabilityPage(
  matrix: readonly Group[],
  results: readonly TestResult[],
  { date, machine, command }: Circumstances,
): ReliabilityPage {
  const rows = matrix.flatMap((group) => group.rows)
  const verdicts = new Map(rows.map(({ id }) => [id, verdictOn(results.filter((result) => result.rows.includes(id)))]))
  const proved = [...verdicts.values()].filter(({ kind }) => kind === 'proved').length
  const intro = [
    '# Reliability',
    '',
    'What may go wrong, what is promised then, and the tests that prove it. Made from the titles and results of the tests; do not edit.',
    '',
    `**${proved} of ${rows.length} rows are proved** (${date}; ${machine}; \`${command}\`). A row is proved when every test that names it passed; “skipped here” means`,
    'that this machine cannot run one of them. The short run does each random fault a few times; `LONGSHORE_FAULTS=full` does it hundreds of times.',
  ]
  const tables = matrix.flatMap(({ letter, about, rows: own }) => [
    '',
    `## ${letter}. ${about}`,
    '',
    '| # | what goes wrong | what is promised | result |',
    '| --- | --- | --- | --- |',
    ...own.map(({ id, fault, promise }) => {
      return `| ${[id, fault, promise, told(verdicts.get(id) ?? { kind: 'not proved yet' })].map(cell).join(' | ')} |`
    }),
  ])
  return {
    markdown: `${[...intro, ...tables].join('\n')}\n`,
    rows: rows.length,
    proved,
    problems: [
      ...results.filter(({ outcome }) => outcome === 'failed').map(({ title }) => `Failed: ${title}`),
      ...results.flatMap(({ rows: named, title }) =>
        named.filter((id) => !verdicts.has(id)).map((id) => `There is no row ${id}: ${title}`),
      ),
    ],
  }
}

function outcomeOf(status: string): TestResult['outcome'] {
  if (status === 'passed' || status === 'failed') return status
  return 'skipped'
}

/** One test that failed, shows a gap or could not run is enough for a row not to be proved. */
function verdictOn(tests: readonly TestResult[]): Verdict {
  const of = (outcome: TestResult['outcome']) => tests.filter((test) => test.outcome === outcome)
  if (of('failed').length > 0) return { kind: 'failed', by: of('failed') }
  if (of('known gap').length > 0) return { kind: 'does not hold yet', by: of('known gap') }
  if (of('skipped').length > 0) return { kind: 'skipped here', by: of('skipped') }
  if (tests.length > 0) return { kind: 'proved', by: tests }
  return { kind: 'not proved yet' }
}

function told(verdict: Verdict): string {
  if (verdict.kind === 'not proved yet') return verdict.kind
  return `**${verdict.kind}**: ${[...new Set(verdict.by.map(({ title }) => title))].join('; ')}`
}

/** A title must not be able to break the table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}

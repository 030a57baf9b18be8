import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allCases } from './cases/all.ts'
import { chart } from './report/chart.ts'
import { page, withResult } from './report/report.ts'
import type { Result } from './run/section.ts'

const RAW = join(import.meta.dirname, 'results.json')
const PAGE = join(import.meta.dirname, 'results.md')
const CHART = join(import.meta.dirname, 'results.svg')

/** The chart shows this table. */
const CHARTED = 'one-file 1 GiB'

/** Keeps a result in the place of an earlier one of the same table, and renders the page and the chart anew. */
export function keepResult(result: Result): void {
  const before = existsSync(RAW) ? (JSON.parse(readFileSync(RAW, 'utf8')) as Result[]) : []
  writeFileSync(RAW, `${JSON.stringify(withResult(before, result), undefined, 1)}\n`)
  renderResults()
}

/** Renders the page and the chart from what was measured before. */
export function renderResults(): void {
  const results = existsSync(RAW) ? (JSON.parse(readFileSync(RAW, 'utf8')) as Result[]) : []
  const place = ({ origin }: Result): number => allCases.findIndex(({ name }) => name === origin.case)
  writeFileSync(PAGE, page([...results].sort((a, b) => place(a) - place(b))))
  const charted = results.find(({ section }) => section.key === CHARTED)
  if (charted) writeFileSync(CHART, chart(charted.section, 'mibPerSecond', 'MiB/s'))
}

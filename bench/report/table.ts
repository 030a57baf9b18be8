import type { Column, Row, Section } from '../run/section.ts'
import { median, ratio } from './statistics.ts'

/**
 * A section as a table in Markdown, padded so that it can be read as it is. Ratios compare with the first row, and with
 * the floor of each row that has one here.
 */
export function table({ columns, rows }: Section): string {
  const rowNamed = (name: string | undefined): Row | undefined => rows.find((row) => row.name === name)
  const isMeasured = ({ floor }: Row): boolean =>
    Object.values(rowNamed(floor)?.values ?? {}).some(({ length }) => length)
  const baselines = [
    { title: 'times the first', of: () => rows[0] },
    ...(rows.some(isMeasured) ? [{ title: 'times its floor', of: ({ floor }: Row) => rowNamed(floor) }] : []),
  ]
  const head = columns.flatMap(({ title, compare }) => [title, ...(compare ? baselines.map((one) => one.title) : [])])
  const body = rows.map((row) => {
    const compared = baselines.map((baseline) => baseline.of(row))
    return [row.name, ...columns.flatMap((column) => cells(column, row, compared)), row.verified, row.durable]
  })
  return markdown(['', ...head, 'verified', 'durable'], body)
}

function cells({ key, digits, compare }: Column, row: Row, baselines: readonly (Row | undefined)[]): string[] {
  const values = row.values[key] ?? []
  const show = (value: number): string => value.toFixed(digits)
  const middle = values.length === 0 ? '–' : show(median(values))
  if (!compare) return [middle]
  const spread = values.length > 1 ? ` (${show(Math.min(...values))}–${show(Math.max(...values))})` : ''
  const times = baselines.map((baseline) => ratio(values, baseline?.values[key] ?? []))
  return [`${middle}${spread}`, ...times.map((one) => (one === undefined ? '–' : `${one.toFixed(2)} ×`))]
}

function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...body.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  )
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column > 0 && isFigure(row[column]))).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...body.map(line)].join('\n')
}

function isFigure(cell = ''): boolean {
  return /^[\d–]/.test(cell)
}

function pad(cell: string, width: number, toTheRight: boolean): string {
  return toTheRight ? cell.padStart(width) : cell.padEnd(width)
}

import type { Column, Row, Section } from '../run/section.ts'
import { median, ratio } from './statistics.ts'

/** A section as a table in Markdown, padded so that it can be read as it is. Ratios compare with the first row. */
export function table({ columns, rows }: Section): string {
  const [baseline] = rows
  const head = ['', ...columns.flatMap(({ title, compare }) => (compare ? [title, 'times the first'] : [title]))]
  const body = rows.map((row) => [row.name, ...columns.flatMap((column) => cells(column, row, baseline))])
  const promises = rows.map(({ verified, durable }) => [verified, durable])
  return markdown(
    [...head, 'verified', 'durable'],
    body.map((cellsOfRow, index) => [...cellsOfRow, ...(promises[index] ?? [])]),
  )
}

function cells({ key, digits, compare }: Column, row: Row, baseline: Row | undefined): string[] {
  const values = row.values[key] ?? []
  const show = (value: number): string => value.toFixed(digits)
  if (values.length === 0) return compare ? ['–', '–'] : ['–']
  if (!compare) return [show(median(values))]
  const spread = values.length > 1 ? ` (${show(Math.min(...values))}–${show(Math.max(...values))})` : ''
  const times = ratio(values, baseline?.values[key] ?? [])
  return [`${show(median(values))}${spread}`, times === undefined ? '–' : `${times.toFixed(2)} ×`]
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

import type { Section } from '../run/section.ts'
import { median } from './statistics.ts'

const WIDTH = 760
const [NAME_WIDTH, BAR_WIDTH, ROW_HEIGHT, TOP] = [250, 410, 30, 44]

/** Readable on light and on dark pages. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .note { fill: #59636e; font-size: 11px }
  .bar { fill: #8c959f }
  .own { fill: #0969da }
  .limit { fill: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .note { fill: #9198a1 }
    .bar { fill: #6e7681 }
    .own { fill: #4493f8 }
    .limit { fill: #3d444d }
  }`

/** Bars of one column of a section, as SVG, in the order of the table. */
export function chart({ title, rows }: Pick<Section, 'title' | 'rows'>, key: string, unit: string): string {
  const shown = rows.flatMap(({ name, values, verified, durable }) => {
    const measured = values[key] ?? []
    return measured.length === 0 ? [] : [{ name, value: median(measured), note: noteOf(name, verified, durable) }]
  })
  const most = Math.max(...shown.map(({ value }) => value))
  const height = TOP + shown.length * ROW_HEIGHT + 8
  const bars = shown.map(({ name, value, note }, index) => {
    const y = TOP + index * ROW_HEIGHT
    const length = Math.max(1, (value / most) * BAR_WIDTH)
    return [
      `<text x="8" y="${y + 12}">${escaped(name)}</text>`,
      `<text class="note" x="8" y="${y + 25}">${escaped(note)}</text>`,
      `<rect class="${kindOf(name)}" x="${NAME_WIDTH}" y="${y}" width="${length.toFixed(1)}" height="18" rx="3"/>`,
      `<text x="${(NAME_WIDTH + length + 6).toFixed(1)}" y="${y + 14}">${Math.round(value)} ${escaped(unit)}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="8" y="22">${escaped(title)}</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}

function kindOf(name: string): string {
  if (name.startsWith('longshore')) return 'own'
  return isLimit(name) ? 'limit' : 'bar'
}

function noteOf(name: string, verified: string, durable: string): string {
  if (isLimit(name)) return name.startsWith('floor-') ? 'the work and nothing else' : 'a part of the work alone'
  return `verified: ${verified}; durable: ${durable}`
}

function isLimit(name: string): boolean {
  return name.startsWith('floor-') || name.startsWith('grpc-') || name === 'md5'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

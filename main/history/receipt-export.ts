import type { Receipt, ReceiptFormat } from '../contract/history.ts'

/** Receipts as the text of a file, newest first as they come. */
export function exported(receipts: readonly Receipt[], format: ReceiptFormat): string {
  switch (format) {
    case 'csv':
      return toCsv(receipts)
    case 'json':
      return `${JSON.stringify(receipts.map(withInstant), undefined, 2)}\n`
    case 'md5sum':
      return toMd5sum(receipts)
  }
}

function withInstant({ finishedAtMs, ...receipt }: Receipt) {
  return { finishedAt: new Date(finishedAtMs).toISOString(), ...receipt, verified: true }
}

/** Without this at the beginning, spreadsheets do not read a file as UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

function toCsv(receipts: readonly Receipt[]): string {
  const header = ['finished', 'name', 'bytes', 'md5', 'verified', 'receiver', 'stored as', 'sent to']
  const lines = receipts.map(({ finishedAtMs, name, sizeBytes, md5 = '', receiver, storedAs, path }) => [
    new Date(finishedAtMs).toISOString(),
    name,
    String(sizeBytes),
    md5,
    'yes',
    receiver,
    storedAs,
    path,
  ])
  return BYTE_ORDER_MARK + [header, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

/** A spreadsheet would run a text that begins like a formula. With an apostrophe in front it is a text. */
function cell(text: string): string {
  const safe = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

/**
 * What `md5sum` would print in the receiving folder. Where several files came under one name, the last one counts. The
 * files of each receiver follow a line with its name, which `md5sum -c` ignores.
 */
function toMd5sum(receipts: readonly Receipt[]): string {
  const sections = new Map<string, { readonly name: string; readonly lines: Map<string, string> }>()
  for (const { receiverId, receiver, storedAs, md5 } of receipts) {
    if (md5 === undefined) continue
    const section = sections.get(receiverId) ?? { name: receiver, lines: new Map<string, string>() }
    sections.set(receiverId, section)
    if (!section.lines.has(storedAs)) section.lines.set(storedAs, md5Line(md5, storedAs))
  }
  return [...sections.values()]
    .map(({ name, lines }) => `# ${name.replace(/[\r\n]/g, ' ')}\n${[...lines.values()].join('')}`)
    .join('')
}

/** As md5sum escapes names that would not stay on their line. */
function md5Line(md5: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return `${escaped === name ? '' : '\\'}${md5}  ${escaped}\n`
}

import { checkPrograms, checksumLine } from '../../proto/digest/checksum-lines.ts'
import { digestText, toldDigest } from '../../proto/digest/digest-forms.ts'
import type { Receipt, ReceiptFormat } from '../contract/history.ts'

/** Receipts as the text of a file, newest first as they come. */
export function exported(receipts: readonly Receipt[], format: ReceiptFormat): string {
  switch (format) {
    case 'csv':
      return toCsv(receipts)
    case 'json':
      return `${JSON.stringify(receipts.map(withInstant), undefined, 2)}\n`
    default:
      return toList(receipts, format)
  }
}

function withInstant({ finishedAtMs, digest, ...receipt }: Receipt) {
  const finishedAt = new Date(finishedAtMs).toISOString()
  return { finishedAt, ...receipt, ...(digest && toldDigest(digest)), verified: true }
}

/** Without this at the beginning, spreadsheets do not read a file as UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

function toCsv(receipts: readonly Receipt[]): string {
  const header = ['finished', 'name', 'bytes', 'md5', 'verified', 'receiver', 'stored as', 'sent to', 'digest']
  const lines = receipts.map(({ finishedAtMs, name, sizeBytes, digest, receiver, storedAs, path }) => [
    new Date(finishedAtMs).toISOString(),
    name,
    String(sizeBytes),
    digest?.kind === 'md5' ? digest.hex : '',
    'yes',
    receiver,
    storedAs,
    path,
    digest === undefined ? '' : digestText(digest),
  ])
  return BYTE_ORDER_MARK + [header, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

/** A spreadsheet would run a text that begins like a formula. With an apostrophe in front it is a text. */
function cell(text: string): string {
  const safe = /^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}

/**
 * What the program would print in the receiving folder. Where several files came under one name, the last one counts,
 * and a name whose last file was verified by another digest is left out. The files of each receiver follow a line with
 * its name, which the program ignores.
 */
function toList(receipts: readonly Receipt[], program: (typeof checkPrograms)[keyof typeof checkPrograms]): string {
  const sections = new Map<string, { readonly name: string; readonly lines: Map<string, string> }>()
  for (const { receiverId, receiver, storedAs, digest } of receipts) {
    if (digest === undefined) continue
    const section = sections.get(receiverId) ?? { name: receiver, lines: new Map<string, string>() }
    sections.set(receiverId, section)
    const line = checkPrograms[digest.kind] === program ? checksumLine(digest, storedAs) : ''
    if (!section.lines.has(storedAs)) section.lines.set(storedAs, line)
  }
  return [...sections.values()]
    .map(({ name, lines }) => ({ name, text: [...lines.values()].join('') }))
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => `# ${name.replace(/[\r\n]/g, ' ')}\n${text}`)
    .join('')
}

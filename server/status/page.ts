import type { Sight } from './watched.ts'

/**
 * The page that tells how a receiver is doing. It works without a script, by loading itself again; with one only what
 * changed is shown anew.
 */
export function statusPage(sight: Sight): string {
  const { name, version, counters, incoming, recent, devices } = sight
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<title>${escaped(name)} – Longshore receiver</title>
<link rel="stylesheet" href="/status.css">
<script src="/status.js" defer></script>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
<p class="quiet">Longshore receiver ${escaped(version)}, up since ${time(sight.upSinceMs)} UTC</p>
<dl>
${fact('Arriving', `${bytes(sight.bytesPerSecond)}/s`)}
${fact('Free', sight.freeBytes === Number.POSITIVE_INFINITY ? 'not known' : bytes(sight.freeBytes))}
${fact('Files stored', count(counters.files))}
${fact('Stored', bytes(counters.fileBytes))}
</dl>
<h2>In progress</h2>
${table(
  ['File', 'Device', 'Size', 'Stored'],
  incoming.map(({ path, device, bytes: size, bytesStored }) => [
    escaped(path),
    escaped(device === undefined ? '' : (devices.get(device) ?? device)),
    bytes(size),
    `<progress max="100" value="${percent(bytesStored, size)}"></progress> ${percent(bytesStored, size)} %`,
  ]),
  'Nothing is arriving.',
)}
<h2>Stored since the start</h2>
${table(
  ['File', 'Size', 'Digest', 'At (UTC)'],
  recent.map((file) => [
    escaped(file.name),
    bytes(file.bytes),
    `<code>${escaped(file.digest)}</code>`,
    time(file.atMs),
  ]),
  'Nothing yet.',
)}
<h2>Devices</h2>
${table(
  ['Name', 'Id'],
  [...devices].map(([id, device]) => [escaped(device), `<code>${escaped(id)}</code>`]),
  'No device is paired.',
)}
</main>
</body>
</html>
`
}

export const STYLE = `:root { color-scheme: light dark; --quiet: #5c6470; --line: #d9dde3; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --quiet: #9aa4b2; --line: #343a44; --accent: #5aa9f5; } }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1rem; }
.quiet { margin: 0; color: var(--quiet); }
dl { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0 0; }
dl > div { flex: 1 1 9rem; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
dt { color: var(--quiet); font-size: 0.85rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; white-space: nowrap; }
th { color: var(--quiet); font-weight: 500; font-size: 0.85rem; }
td:first-child { width: 100%; white-space: normal; overflow-wrap: anywhere; min-width: 12rem; }
code { font-size: 0.85em; }
progress { width: 6rem; accent-color: var(--accent); vertical-align: middle; }
`

export const SCRIPT = `const main = document.querySelector('main')
async function renew() {
  try {
    const answer = await fetch('/')
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (answer.ok) main.replaceChildren(...page.querySelector('main').childNodes)
    main.classList.toggle('quiet', !answer.ok)
  } catch {
    main.classList.add('quiet')
  }
  setTimeout(renew, 2000)
}
setTimeout(renew, 2000)
`

function fact(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>`
}

/** @param rows HTML. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return `<p class="quiet">${empty}</p>`
  const cells = (tag: string, texts: readonly string[]) => texts.map((text) => `<${tag}>${text}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')
  return `<div class="scroll"><table><thead><tr>${cells('th', heads)}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
}

/** Names come from senders, and may be anything. */
function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => names[character] ?? '')
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 100)
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const step = Math.min(units.length - 1, amount < 1000 ? 0 : Math.floor(Math.log10(amount) / 3))
  return `${(amount / 1000 ** step).toLocaleString('en', { maximumFractionDigits: step === 0 ? 0 : 1 })} ${units[step]}`
}

function time(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** A size for people in binary units, three significant figures at most: `0 B`, `1.5 KiB`, `12.3 GiB`. */
export function formatBytes(bytes: number, language: string): string {
  const exponent = exponentOf(bytes)
  const amount = bytes / 1024 ** exponent
  const fractionDigits = exponent === 0 || amount >= 100 ? 0 : 1
  return `${number(language, { maximumFractionDigits: fractionDigits }).format(amount)} ${UNITS[exponent]}`
}

/** Bytes a second for people: `84.2 MiB/s`. */
export function formatRate(bytesPerSecond: number, language: string): string {
  return `${formatBytes(bytesPerSecond, language)}/s`
}

/** A whole number as it is written in a language: `100,000`. */
export function formatCount(amount: number, language: string): string {
  return number(language, { maximumFractionDigits: 0 }).format(amount)
}

/** A share of 0 to 1 in whole percent, 0 to 100. Rounds down, so that 100 stays reserved for exactly 1. */
export function wholePercent(share: number): number {
  // 0.29 * 100 is 28.999999999999996; what is that close below a whole number means it.
  return share >= 1 ? 100 : Math.max(0, Math.min(99, Math.floor(share * 100 + 1e-9)))
}

/** {@link wholePercent} with its sign: `42%`. */
export function formatShare(share: number, language: string): string {
  return number(language, { style: 'percent', maximumFractionDigits: 0 }).format(wholePercent(share) / 100)
}

/**
 * A length of time for people, its two largest units: `45 s`, `3 m 20 s`, `2 h 5 m` in the words of the language.
 * Seconds round up.
 */
export function formatDuration(seconds: number, language: string): string {
  const whole = Math.max(0, Math.ceil(seconds))
  const parts = split(whole).filter(([, amount]) => amount > 0)
  const shown = parts.length === 0 ? ([['second', 0]] as const) : adjacent(parts)
  return shown
    .map(([unit, amount]) => number(language, { style: 'unit', unit, unitDisplay: 'short' }).format(amount))
    .join(' ')
}

/** Date and time of an instant (epoch ms), in the person's time zone. */
export function formatInstant(epochMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(epochMs)
}

/** A day of the week, 0 for Sunday, in the words of the language. */
export function formatWeekday(day: number, form: 'long' | 'short', language: string): string {
  // 4 January 1970 was a Sunday.
  return new Intl.DateTimeFormat(language, { weekday: form, timeZone: 'UTC' }).format(Date.UTC(1970, 0, 4 + day))
}

type Part = readonly [unit: 'day' | 'hour' | 'minute' | 'second', amount: number]

function split(seconds: number): readonly Part[] {
  return [
    ['day', Math.floor(seconds / 86_400)],
    ['hour', Math.floor(seconds / 3600) % 24],
    ['minute', Math.floor(seconds / 60) % 60],
    ['second', seconds % 60],
  ]
}

/** Two neighbouring units at most: next to days, seconds would be noise. */
function adjacent(parts: readonly Part[]): readonly Part[] {
  const order: readonly Part[0][] = ['day', 'hour', 'minute', 'second']
  const [first, second] = parts
  if (first === undefined || second === undefined) return parts
  return order.indexOf(second[0]) - order.indexOf(first[0]) === 1 ? [first, second] : [first]
}

/** The unit is chosen after rounding, so that nobody reads `1024 KiB`. */
function exponentOf(bytes: number): number {
  let exponent = 0
  while (exponent < UNITS.length - 1 && Math.round(bytes / 1024 ** exponent) >= 1024) exponent++
  return exponent
}

const formats = new Map<string, Intl.NumberFormat>()

/** Making an Intl formatter costs more than a whole row; the few that exist are kept. */
function number(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${options.style} ${options.unit} ${options.maximumFractionDigits}`
  const format = formats.get(key) ?? new Intl.NumberFormat(language, options)
  formats.set(key, format)
  return format
}

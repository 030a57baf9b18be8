/** What a state file holds, as plain JSON. */
export type Content = Readonly<Record<string, unknown>>

/** How one kind of file is written today, and how every earlier form of it becomes the next. */
export type StateFormat = {
  /** Stamped into each file. A file with a higher number comes from a newer app and is left alone. */
  readonly version: number
  /** `migrations[n]` makes the content of version n + 1 out of that of version n; pure. */
  readonly migrations: Readonly<Record<number, (content: Content) => Content>>
}

/** What a file's text turned out to be. */
export type Reading =
  /** Readable; `content` is of today's version, whatever version it was written in. */
  | { readonly kind: 'sound'; readonly content: Content; readonly writtenVersion: number }
  /** Written by a later app; `writer` names it for people. */
  | { readonly kind: 'newer'; readonly writer: string }
  | { readonly kind: 'damaged' }

/** The first apps wrote no version. */
const FIRST_VERSION = 1

/** Reads the text of a state file in any version up to today's. */
export function readState(text: string, format: StateFormat): Reading {
  const content = parseObject(text)
  if (content === undefined) return { kind: 'damaged' }
  const { version = FIRST_VERSION, writtenBy } = content
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < FIRST_VERSION)
    return { kind: 'damaged' }
  if (version > format.version) {
    const writer = typeof writtenBy === 'string' ? `Longshore ${writtenBy}` : 'a newer version of Longshore'
    return { kind: 'newer', writer }
  }
  return migrate(content, version, format)
}

/** The content with the marks by which a later or an earlier app knows what it has before it. `writtenBy` is the version of the app. */
export function stamped(content: Content, format: StateFormat, writtenBy: string): Record<string, unknown> {
  return { ...content, version: format.version, writtenBy }
}

function migrate(content: Content, writtenVersion: number, { version, migrations }: StateFormat): Reading {
  let migrated = content
  for (let from = writtenVersion; from < version; from++) {
    const step = migrations[from]
    // There never was a file of this kind in that version.
    if (step === undefined) return { kind: 'damaged' }
    migrated = step(migrated)
  }
  return { kind: 'sound', content: migrated, writtenVersion }
}

function parseObject(text: string): Content | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

/** What a state file holds, as plain JSON. */
export type Content = Readonly<Record<string, unknown>>

/** How one kind of file is written today, and how every earlier form of it becomes the next. */
export type StateFormat = {
  /** Stamped into each file. A file with a higher number comes from a newer app and is left alone. */
  readonly version: number
  /** `migrations[n]` makes the content of version n out of that of the version before; pure. */
  readonly migrations?: Readonly<Record<number, (content: Content) => Content>>
}

/** Where electron-store keeps the version, in three parts. In the file it is `version`, a number, as it always was. */
type Versioned = { readonly __internal__: { readonly migrations: { readonly version: string } } }

/** A content as electron-store has it before it. */
export type Stored = Content & Versioned

/** The first apps wrote no version. */
const FIRST_VERSION = 1

/** A version as electron-store counts them. */
export function semver(version: number): string {
  return `${version}.0.0`
}

/** The mark by which electron-store knows of which version a content is. */
export function versioned(version: number): Versioned {
  return { __internal__: { migrations: { version: semver(version) } } }
}

/**
 * The text of a file, by which a later or an earlier app knows what it has before it. `writtenBy` is the version of the
 * app.
 */
export function textOf({ __internal__: { migrations }, ...content }: Stored, writtenBy: string): string {
  return JSON.stringify({ ...content, version: Number.parseInt(migrations.version, 10), writtenBy })
}

/** What a text says, of whatever version; a SyntaxError when there never was such a file. */
export function contentOf(text: string, { version, migrations = {} }: StateFormat): Stored {
  const content: unknown = JSON.parse(text)
  if (!isObject(content)) throw new SyntaxError('There is no object in it')
  const { version: written = FIRST_VERSION } = content
  const oldest = version - Object.keys(migrations).length
  if (typeof written !== 'number' || !Number.isSafeInteger(written) || written < oldest)
    throw new SyntaxError('There never was such a version of it')
  return { ...content, version: written, ...versioned(written) }
}

/**
 * The migrations as electron-store runs them. Each writes content and version at once, so that none runs twice after a
 * crash.
 */
export function stepsOf({ migrations = {} }: StateFormat): Record<string, (store: { store: Content }) => void> {
  const stepTo = (version: number, step: (content: Content) => Content) => (store: { store: Content }) => {
    store.store = { ...step(store.store), ...versioned(version) }
  }
  return Object.fromEntries(
    Object.entries(migrations).map(([to, step]) => [semver(Number(to)), stepTo(Number(to), step)]),
  )
}

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

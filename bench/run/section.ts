/** One table of the results, with every single measurement. */
export type Section = {
  /** Names it; a later run with the same key takes its place. */
  readonly key: string
  readonly title: string
  /** What was done, in a sentence or two. */
  readonly about: string
  readonly rounds: number
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export type Column = {
  readonly key: string
  readonly title: string
  /** Digits after the point. */
  readonly digits: number
  /** Shows minimum and maximum beside the median, and the ratios to the first row and to the row's own floor. */
  readonly compare?: true
}

export type Row = {
  /** Of the peer. */
  readonly name: string
  readonly title: string
  /** As the peer says. */
  readonly verified: string
  readonly durable: string
  /** The name of the row that this one is compared with besides the first. @default there is none */
  readonly floor?: string
  /** By the key of the column, one element for each round. */
  readonly values: Readonly<Record<string, readonly number[]>>
}

/** How a section came about. */
export type Origin = {
  /** The name of the case. */
  readonly case: string
  /** ISO 8601, UTC. */
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  /** How busy the machine was before, as runnable processes over the last minute. */
  readonly loadBefore: number
  /** Sentences about what was left out. */
  readonly skipped: readonly string[]
}

export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly system: string
  readonly node: string
  /** Of the folder in which everything happened. */
  readonly disk: string
}

export type Result = { readonly origin: Origin; readonly section: Section }

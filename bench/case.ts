import type { Peer } from './peer.ts'
import type { Section } from './section.ts'

export type CaseContext = {
  /** Those that can run here. */
  readonly peers: readonly Peer[]
  readonly rounds: number
  /** What was asked for instead of the case's own size, bytes. */
  readonly sizeBytes: number | undefined
  /** Where everything happens. */
  readonly folder: string
  readonly say: (text: string) => void
}

/** Something to measure. */
export type Case = {
  /** As `--case` takes it. */
  readonly name: string
  /** One line for the help. */
  readonly about: string
  /** Whether it runs when nothing is asked for. */
  readonly isQuick: boolean
  /** Answers its tables, or a sentence that says why it cannot run here. */
  run(context: CaseContext): Promise<readonly Section[] | string>
}

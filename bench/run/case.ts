import type { RaceOptions } from './race.ts'
import type { Section } from './section.ts'

/** The race that was asked for; its peers are those that can run here. */
export type CaseContext = RaceOptions & {
  /** What was asked for instead of the case's own size, bytes. */
  readonly sizeBytes: number | undefined
  /** How many files were asked for instead of the case's own number. */
  readonly files: number | undefined
}

/** Something to measure. */
export type Case = {
  /** As `--case` takes it. */
  readonly name: string
  /** One line for the help. */
  readonly about: string
  /** Peers of its own, by the name under which their versions are known. */
  readonly programs?: readonly string[]
  /** Whether it runs when nothing is asked for. */
  readonly isQuick: boolean
  /** Answers its tables, or a sentence that says why it cannot run here. */
  run(context: CaseContext): Promise<readonly Section[] | string>
}

import { createInterface } from 'node:readline'
import { UsageError } from '../shared/usage-error.ts'

/** What a person types, or a program pipes in, one line for each question. */
export type TypedLines = {
  /**
   * Shows the question where somebody sits at a terminal; answers the next line. Throws UsageError with `otherwise`
   * when there is none.
   */
  ask(question: string, otherwise: string): Promise<string>
  close(): void
}

/** Reads standard input from the first question on. */
export function readTypedLines(): TypedLines {
  let reader: ReturnType<typeof createInterface> | undefined
  let lines: NodeJS.AsyncIterator<string> | undefined
  return {
    async ask(question, otherwise) {
      reader ??= createInterface({ input: process.stdin })
      lines ??= reader[Symbol.asyncIterator]()
      if (process.stdin.isTTY) process.stderr.write(question)
      const { value, done } = await lines.next()
      if (done || value.trim() === '') throw new UsageError(otherwise)
      return value.trim()
    },
    close: () => reader?.close(),
  }
}

import type { SelftestReport } from './report.ts'

/** This setup does not keep what Longshore promises. The message says in a sentence what was seen. */
export class Problem extends Error {
  readonly code = 'PROBLEM'
}

const LISTED_PROBLEMS = 4

/** A few problems as one sentence, and how many more there are; each is told without a full stop. */
export function listed(problems: readonly string[]): string {
  const different = [...new Set(problems)]
  const shown = different.slice(0, LISTED_PROBLEMS).join('; ')
  const more = different.length - LISTED_PROBLEMS
  return more > 0 ? `${shown}; and ${more} more.` : `${shown}.`
}

/** Runs checks one after the other, reports each, and remembers which found problems. */
export type Checks = {
  /**
   * Runs one check. What it answers, or the message of what it throws, is reported under `name`. Resolves with whether
   * it went well. Throws the reason of an interruption, and mistakes of our own, which are no news about the setup.
   */
  run(name: string, look: () => Promise<string>): Promise<boolean>
  /** Ends the selftest; resolves with whether every check went well. */
  verdict(): boolean
}

export function createChecks(report: SelftestReport, signal: AbortSignal): Checks {
  const startedAtMs = performance.now()
  const failed: string[] = []
  let checked = 0

  return {
    async run(name, look) {
      signal.throwIfAborted()
      const { ok, detail } = await outcomeOf(look, signal)
      checked += 1
      if (!ok) failed.push(name)
      report.check({ name, ok, detail })
      return ok
    },
    verdict() {
      report.verdict({ checked, failed }, Math.round(performance.now() - startedAtMs) / 1000)
      return failed.length === 0
    },
  }
}

async function outcomeOf(
  look: () => Promise<string>,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  try {
    const detail = await look()
    signal.throwIfAborted()
    return { ok: true, detail }
  } catch (error) {
    signal.throwIfAborted()
    if (!isAboutTheSetup(error)) throw error
    return { ok: false, detail: sentenceOf(error) }
  }
}

/**
 * Errors of the system, the receiver and the engine have a stable code or reason. An error without one, or with a code
 * of Node itself, is our mistake.
 */
function isAboutTheSetup(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown }
  return typeof reason === 'string' || (typeof code === 'string' && !code.startsWith('ERR_') && code !== 'INTERNAL')
}

const inWords: Readonly<Record<string, string>> = {
  EACCES: 'This user may not do that here',
  EPERM: 'This user may not do that here',
  EROFS: 'This file system is read-only',
  ENOSPC: 'The disk is full',
  EIO: 'The disk reports an error',
  ENAMETOOLONG: 'The name is too long for this file system',
}

function sentenceOf(error: Error): string {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error.message
  return `${inWords[code] ?? 'The system refused'} (${error.message}).`
}

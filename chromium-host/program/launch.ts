import { type AppPackage, findAppPackage } from './app-package.ts'
import { type CommandLine, parseCommandLine } from './command-line.ts'

/** How this process was started; fixed for its whole life. */
export type Launch = {
  readonly commandLine: CommandLine
  readonly appPackage: AppPackage
  /** Windows are drawn nowhere: for tests, and machines without a display. LONGSHORE_HOST_HEADLESS=1. */
  readonly headless: boolean
  /** Makes `app.isPackaged` true, to try the files of a packaged app. LONGSHORE_HOST_PACKAGED=1. */
  readonly packaged: boolean
}

/**
 * Ends the process with one sentence on stderr, for mistakes that a person can correct; a stack trace would hide the
 * sentence.
 */
export function giveUp(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function readLaunch(): Launch {
  try {
    const commandLine = parseCommandLine(process.argv.slice(2))
    return {
      commandLine,
      appPackage: findAppPackage(commandLine.target),
      headless: process.env.LONGSHORE_HOST_HEADLESS === '1',
      packaged: process.env.LONGSHORE_HOST_PACKAGED === '1',
    }
  } catch (error) {
    // A wrong argument, no app there, or a package.json that is not JSON.
    return giveUp(error instanceof Error ? error.message : String(error))
  }
}

/** This process's own {@link Launch}. */
export const launch: Launch = readLaunch()

/** What was asked for in `electron [options] <app folder or main file> [arguments for the app]`. */
export type CommandLine = {
  /** Folder with a package.json, or a main file. Default: the working directory. */
  readonly target: string
  /** Modules to load before the app, from `-r` and `--require`. */
  readonly preloaded: readonly string[]
  /** TCP port for the Node inspector; 0 picks one. Absent: no inspector. */
  readonly inspectPort?: number
  /** Everything but the options above, in order: what the app sees in `process.argv` after the executable. */
  readonly forApp: readonly string[]
  /** Switches with their values, such as `remote-debugging-port` → `0`; a switch without value has ''. */
  readonly switches: ReadonlyMap<string, string>
}

const INSPECT = /^--inspect(?:=(?:.*:)?(\d+))?$/
const DEFAULT_INSPECT_PORT = 9229

/**
 * Reads arguments the way Electron's executable does, as far as development and tests use them. Behind `--` and behind
 * a link all is the app's alone.
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const end = endOfOptions(args)
  const preloaded: string[] = []
  const forApp: string[] = []
  let inspectPort: number | undefined
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (i >= end) {
      forApp.push(arg)
      continue
    }
    const inspect = INSPECT.exec(arg)
    if (arg === '-r' || arg === '--require') {
      const name = args[++i]
      if (name === undefined) throw new Error(`${arg} needs the name of a module`)
      preloaded.push(name)
      continue
    }
    if (inspect) inspectPort = Number(inspect[1] ?? DEFAULT_INSPECT_PORT)
    forApp.push(arg)
  }
  return {
    target: forApp.find((arg) => !arg.startsWith('-')) ?? '.',
    preloaded,
    forApp,
    switches: switchesOf(forApp),
    ...(inspectPort !== undefined && { inspectPort }),
  }
}

/**
 * Electron on Windows reads no switches behind an address either: whoever makes a link must not choose how the app
 * runs.
 */
function endOfOptions(args: readonly string[]): number {
  const end = args.findIndex((arg) => arg === '--' || /^[a-z][a-z\d+.-]+:/i.test(arg))
  return end < 0 ? args.length : end
}

function switchesOf(args: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    args
      .slice(0, endOfOptions(args))
      .filter((arg) => arg.startsWith('--'))
      .map((arg) => {
        const [name = '', ...value] = arg.slice(2).split('=')
        return [name, value.join('=')]
      }),
  )
}

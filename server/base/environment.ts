const PREFIX = 'LONGSHORE_RECEIVE_'

/**
 * The settings of a receiver in the environment of the process, by the name that each has in a configuration file:
 * `LONGSHORE_RECEIVE_STATE_DIR` is `state-dir`.
 */
export function settingsInEnvironment(): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const [variable, text] of Object.entries(process.env)) {
    if (variable.startsWith(PREFIX) && text) settings.set(settingOf(variable), text)
  }
  return settings
}

/** The variable that a setting is in. */
export function variableOf(setting: string): string {
  return PREFIX + setting.toUpperCase().replaceAll('-', '_')
}

function settingOf(variable: string): string {
  return variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-')
}

/** What programs need to find others, their files and the words of whoever they speak to. */
const FOR_PROGRAMS = /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+)$/

/**
 * The same on Windows, where names are good in any case, and where hardly a program starts without the first of them.
 */
const FOR_PROGRAMS_OF_WINDOWS =
  /^(SystemRoot|SystemDrive|windir|ComSpec|PATH|PATHEXT|TEMP|TMP|TZ|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|ProgramData|ProgramFiles(\(x86\))?|ProgramW6432|CommonProgram(Files(\(x86\))?|W6432)|OS|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE)$/i

/**
 * What a hook gets of the receiver's environment: no settings of the receiver, no credentials, and nothing else that
 * nobody thought of.
 */
export function hookEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  const isFor = platform === 'win32' ? FOR_PROGRAMS_OF_WINDOWS : FOR_PROGRAMS
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isFor.test(name)))
}

const PREFIX = 'LONGSHORE_RECEIVE_'

/** The settings of a receiver in the environment of the process, by the name that each has in a configuration file: `LONGSHORE_RECEIVE_STATE_DIR` is `state-dir`. */
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

/** The SDK warns of versions of Node that its own later versions will not take, on the log of whoever runs a receiver, who has the version that works. */
export function silenceSdkWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}

import type { Command, Option } from 'commander'
import { settingsInEnvironment, variableOf } from '../base/environment.ts'
import { ReceiveError } from '../base/errors.ts'
import type { ReceiverConfig } from './config.ts'
import { toConfig } from './flags.ts'
import type { ReceiveFlags } from './receive-flags.ts'

/** What a receiver was asked to do, wherever that was said. */
export type Settings = { readonly flags: ReceiveFlags; readonly config: ReceiverConfig }

/** A setting that was not given on the command line, and where it was. */
type Origin = { readonly option: Option; readonly where: string }

/** Only on the command line: it says where to look. */
const NO_SETTING = ['config', 'help']

/**
 * Everything that may be said on the command line may be said in the environment and in a configuration file, too,
 * under the same name; the first that says it counts, in this order.
 *
 * @param command its flags are parsed; what the others say is added to it, in place of what they said when it was read
 * before.
 * @throws ReceiveError BAD_FLAGS, with one sentence that names the flag, the variable, or the file and its line.
 */
export async function readSettings(
  command: Command,
  environment: ReadonlyMap<string, string> = settingsInEnvironment(),
): Promise<Settings> {
  const origins: Origin[] = []
  for (const option of settingOptions(command)) forgetOther(command, option)
  const add = (name: string, value: string | boolean | number, where: string, shown: string) => {
    const option = optionOf(command, name)
    if (option === undefined) throw unknown(command, where, shown)
    const key = option.attributeName()
    const source = command.getOptionValueSource(key)
    if (source !== undefined && source !== 'default') return
    origins.push({ option, where })
    command.setOptionValueWithSource(key, toValue(option, value, where), 'config')
  }
  for (const [name, text] of environment) add(name, text, variableOf(name), variableOf(name))
  const { config } = command.opts<ReceiveFlags>()
  if (config !== undefined) {
    const { readConfigFile } = await import('./config-file.ts')
    for (const { name, value, where } of readConfigFile(config)) add(name, value, where, name)
  }
  const flags = command.opts<ReceiveFlags>()
  try {
    return { flags, config: toConfig(flags) }
  } catch (error) {
    throw blamed(error, origins)
  }
}

function forgetOther(command: Command, option: Option): void {
  const key = option.attributeName()
  if (command.getOptionValueSource(key) !== 'config') return
  command.setOptionValueWithSource(key, option.negate ? true : option.defaultValue, 'default')
}

/** The name of an option in a file: `--no-auth` is `auth`, which is true or false. */
export function settingName({ long }: Option): string {
  return long?.replace(/^--(no-)?/, '') ?? ''
}

/** What may be set in a file. */
export function settingOptions(command: Command): readonly Option[] {
  return command.options.filter((option) => !NO_SETTING.includes(settingName(option)))
}

function optionOf(command: Command, name: string): Option | undefined {
  return settingOptions(command).find((option) => settingName(option) === name)
}

function toValue(option: Option, value: string | boolean | number, where: string): string | boolean {
  const takesText = option.required || option.optional
  if (takesText && typeof value !== 'boolean') return String(value)
  if (!takesText && (value === true || value === 'true')) return true
  if (!takesText && (value === false || value === 'false')) return false
  const expected = takesText ? 'a text or a number' : 'true or false'
  throw new ReceiveError('BAD_FLAGS', `${where}: ${settingName(option)} takes ${expected}, not "${value}".`)
}

function unknown(command: Command, where: string, shown: string): ReceiveError {
  const known = settingOptions(command).map(settingName).sort().join(', ')
  const beginning = where === shown ? where : `${where}: "${shown}"`
  return new ReceiveError('BAD_FLAGS', `${beginning} is no setting of a receiver. Those are: ${known}.`)
}

/** A sentence that begins with a flag, about something that was not said by a flag, begins with where it was said. */
function blamed(error: unknown, origins: readonly Origin[]): unknown {
  if (!(error instanceof ReceiveError)) return error
  const [flag = ''] = /^--[a-z0-9-]+/.exec(error.message) ?? []
  const origin = origins.find(({ option }) => option.long === flag)
  if (origin === undefined) return error
  const sentence = error.message.slice('--'.length)
  return new ReceiveError(error.code, `${origin.where}: ${sentence}`, { cause: error })
}

import { Command, CommanderError } from 'commander'
import { createReceiveCommand, withoutValues } from '../server/receive-command.ts'
import { keepFreedMemory } from './keep-freed-memory.ts'
import { discoverCommand } from './pair/discover-command.ts'
import { pairCommand } from './pair/pair-command.ts'
import { devicesCommand } from './receive/devices-command.ts'
import { tokenCommand } from './receive/token-command.ts'
import { verifyCommand } from './receive/verify-command.ts'
import { selftestCommand } from './selftest/selftest-command.ts'
import { sendCommand } from './send/send-command.ts'
import { UsageError } from './shared/usage-error.ts'

/** Wrong use, as against 1 for files that failed and 130 for an interruption. */
const WRONG_USE = 2

/** What makes each command, in the order of the help. Each loads what it runs when it is run. */
const commands: ReadonlyMap<string, () => Command> = new Map([
  ['receive', () => createReceiveCommand('receive')],
  ['send', sendCommand],
  ['discover', discoverCommand],
  ['pair', pairCommand],
  ['devices', devicesCommand],
  ['token', tokenCommand],
  ['selftest', selftestCommand],
  ['verify', verifyCommand],
])

/** Runs what the command line asks for; leaves the exit status in `process.exitCode`. */
export async function runProgram(): Promise<void> {
  const program = new Command('longshore')
    .description('Sends big files and folders to a box of yours, where they arrive verified.')
    .version(import.meta.env.LONGSHORE_VERSION)
    .exitOverride()
    .configureOutput(withoutValues)
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', keepFreedMemory)
    .addHelpText(
      'after',
      '\nExit status: 0 all files verified, 1 some failed, 2 wrong use, 130 interrupted (the same command continues).',
    )

  // Nobody waits for what the other commands take: only help and mistakes need all of them.
  const wanted = commands.get(process.argv[2] ?? '')
  for (const create of wanted ? [wanted] : commands.values())
    program.addCommand(create().copyInheritedSettings(program))

  try {
    await program.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE
    else if (error instanceof UsageError) {
      process.stderr.write(`longshore: ${error.message}\n`)
      process.exitCode = WRONG_USE
    } else throw error
  }
}

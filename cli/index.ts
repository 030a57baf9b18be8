#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { createReceiveCommand, withoutValues } from '../server/run.ts'
import { keepFreedMemory } from './keep-freed-memory.ts'
import { discoverCommand } from './pair/discover.ts'
import { pairCommand } from './pair/pair.ts'
import { devicesCommand } from './receive/devices.ts'
import { tokenCommand } from './receive/token.ts'
import { verifyCommand } from './receive/verify.ts'
import { selftestCommand } from './selftest/selftest.ts'
import { sendCommand } from './send/send.ts'
import { UsageError } from './shared/usage-error.ts'

/** Wrong use, as against 1 for files that failed and 130 for an interruption. */
const WRONG_USE = 2

keepFreedMemory()

const program = new Command('longshore')
  .description('Sends big files and folders to a box of yours, where they arrive verified.')
  .version(import.meta.env.LONGSHORE_VERSION)
  .exitOverride()
  .configureOutput(withoutValues)
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    '\nExit status: 0 all files verified, 1 some failed, 2 wrong use, 130 interrupted (the same command continues).',
  )

program.addCommand(createReceiveCommand('receive').copyInheritedSettings(program))
program.addCommand(sendCommand().copyInheritedSettings(program))
program.addCommand(discoverCommand().copyInheritedSettings(program))
program.addCommand(pairCommand().copyInheritedSettings(program))
program.addCommand(devicesCommand().copyInheritedSettings(program))
program.addCommand(tokenCommand().copyInheritedSettings(program))
program.addCommand(selftestCommand().copyInheritedSettings(program))
program.addCommand(verifyCommand().copyInheritedSettings(program))

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE
  else if (error instanceof UsageError) {
    process.stderr.write(`longshore: ${error.message}\n`)
    process.exitCode = WRONG_USE
  } else throw error
}

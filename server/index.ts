import { CommanderError } from 'commander'
import { createReceiveCommand } from './receive-command.ts'

try {
  await createReceiveCommand('longshore-receiver').exitOverride().parseAsync()
} catch (error) {
  // Commander has said what was wrong; asking for help is no mistake.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}

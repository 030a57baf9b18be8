import { Command } from 'commander'
import { type ReceiveFlags, withReceiveFlags } from '../server/flags.ts'
import { runReceiver } from '../server/run.ts'
import { refuseUnsupported } from './usage-error.ts'

export function receiveCommand(): Command {
  return withReceiveFlags(new Command('receive'))
    .description('Receive files into a folder, until Ctrl+C.')
    .action(async (flags: ReceiveFlags) => {
      refuseUnsupported(flags, ['config', 'statusPort'])
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
      process.exitCode = await runReceiver(flags, import.meta.env.LONGSHORE_VERSION, {
        ...process,
        signal: stop.signal,
      })
    })
}

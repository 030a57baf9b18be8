import { Command } from 'commander'
import { aboutReceiver } from './about-receiver.ts'
import type { CreateOptions } from './token.ts'

export function tokenCommand(): Command {
  const create = aboutReceiver(new Command('create'))
    .description('Make a token for a script or a server. It is printed once; the receiver keeps only its digest.')
    .requiredOption('--name <name>', 'what the list of devices shows')
    .option('--ttl <duration>', 'how long it is good for: 90m, 24h, 90d; for ever by default')
    .option('--folder <folder>', 'its files go below this folder of the receiving folder, and nowhere else')
    .option('--quota <size>', 'how much that folder may hold, whoever stores there: 500G, with K, M, G or T of 1024')
    .option('--no-overwrite', 'it may not replace files that are there')
    .action(async (options: CreateOptions) => {
      const { createToken } = await import('./token.ts')
      await createToken(options)
    })
  const token = new Command('token').description('Make tokens for senders that nobody can type a code into.')
  return token.addCommand(create.copyInheritedSettings(token))
}

import { Command } from 'commander'

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Read received files again and compare them with what arrived.')
    .argument('[path]', 'a receiving folder, or a file or folder below one', '.')
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText(
      'after',
      '\nExit status: 0 all files are as they arrived, 1 some are damaged or missing, 2 wrong use. Where no received files are known, that is said.',
    )
    .action(async (path: string, { json }: { readonly json?: true }) => {
      const { verifyAt } = await import('./verify.ts')
      process.exitCode = await verifyAt(path, json === true)
    })
}

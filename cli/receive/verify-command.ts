import { Command, Option } from 'commander'
import { type DigestKind, digestKinds } from '../../proto/digests.ts'
import { UsageError } from '../shared/usage-error.ts'

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Read received files again and compare them with what arrived.')
    .argument('[path]', 'a receiving folder, or a file or folder below one', '.')
    .option('--json', 'one JSON object a line, for programs')
    .addOption(
      new Option(
        '--list <kind>',
        'instead, a list of the files for md5sum -c, xxhsum -c or sha256sum -c in the receiving folder',
      ).choices(digestKinds),
    )
    .addHelpText(
      'after',
      '\nExit status: 0 all files are as they arrived, 1 some are damaged or missing, 2 wrong use. Where no received files are known, that is said.' +
        '\n--list reads only files that were received with a digest of another kind, compares them, and leaves out what is not as it arrived.',
    )
    .action(async (path: string, { json, list }: { readonly json?: true; readonly list?: DigestKind }) => {
      if (json && list !== undefined)
        throw new UsageError('--json and --list are two forms of one output; leave one out.')
      const { listAt, verifyAt } = await import('./verify.ts')
      process.exitCode = list === undefined ? await verifyAt(path, json === true) : await listAt(path, list)
    })
}

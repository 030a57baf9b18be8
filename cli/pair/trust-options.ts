import type { Command } from 'commander'

/** The options with which a command says how to trust a receiver, beside `--to` and `--state-dir`. */
export type TrustOptions = {
  readonly to: string
  readonly stateDir: string
  readonly plaintext?: true
  readonly fingerprint?: string
  readonly ca?: string
  readonly tokenFile?: string
}

export function addTrustOptions(command: Command): Command {
  return command
    .option('--plaintext', 'without encryption')
    .option('--fingerprint <digest>', 'trust the receiver with this fingerprint, for programs')
    .option('--ca <authority>', 'trust what certificate authorities vouch for: “system”, or a file of theirs')
    .option('--token-file <file>', 'file with the token that the receiver knows this computer by')
}

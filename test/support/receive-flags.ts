/** How a receiver is started by its flags. */
export type ReceiveOptions = {
  /** @default any that is free */
  readonly port?: number
  /** @default loopback */
  readonly host?: string
  /**
   * `open`: whoever comes may send, and nothing is encrypted. `tokens`: callers show tokens, and nothing is encrypted,
   * as behind a proxy that encrypts. `pairing`: as it is without any thought, encrypted and asking devices to pair.
   * @default `open`
   */
  readonly access?: keyof typeof ACCESS
  /** More flags. */
  readonly flags?: readonly string[]
}

const ACCESS = { open: ['--plaintext', '--no-auth'], tokens: ['--plaintext'], pairing: [] } as const

/** The flags of a receiver that tells in JSON what happens. */
export function receiveFlags(
  directory: string,
  { port = 0, host = '127.0.0.1', access = 'open', flags = [] }: ReceiveOptions = {},
): readonly string[] {
  return ['--dir', directory, '--host', host, '--port', String(port), '--json', ...ACCESS[access], ...flags]
}

import { type Command, Option } from 'commander'
import { DEFAULT_DIGEST_KIND } from '../../proto/digest/digest-forms.ts'
import { digestKinds } from '../../proto/digests.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import type { S3Flags } from './s3-flags.ts'

/** A third would have nothing to do: the thread that does everything else brings no more than two can hash. */
export const MOST_WORKERS = 2

/** What the receiver was asked to do, as the command line gives it. */
export type ReceiveFlags = Readonly<Partial<Record<keyof ReceiverLimits, string>>> &
  S3Flags & {
    readonly dir?: string
    readonly port: string
    readonly host?: string
    readonly name?: string
    readonly stateDir?: string
    readonly expireAfter?: string
    readonly keepFor?: string
    readonly verifyFromDisk?: boolean
    readonly digest?: string
    readonly workers?: string
    readonly plaintext?: boolean
    readonly cert?: string
    readonly key?: string
    /** False for `--no-auth`. */
    readonly auth: boolean
    /** False for `--no-discovery`. */
    readonly discovery: boolean
    readonly config?: string
    readonly json?: boolean
    readonly qr?: boolean
    readonly onStored?: string
    readonly statusPort?: string
    readonly webhook?: string
    readonly webhookOrigins?: string
    readonly statusHost?: string
    readonly statusTokenFile?: string
    readonly log?: string
    readonly reflection?: boolean
    readonly redis?: string
    readonly nodeAddress?: string
  }

/** Those without a description are for few, and are described in deploy/longshore.yml. */
export const limitFlags: Readonly<Record<keyof ReceiverLimits, readonly [flag: `--${string}`, about?: string]>> = {
  maxConnections: ['--max-connections', 'connections at the same time; 1024 by default'],
  maxConnectionsPerAddress: [
    '--max-connections-per-address',
    'connections at the same time from one address; 64 by default',
  ],
  maxOpenUploads: ['--max-open-uploads', 'unfinished uploads that one sender may leave open; 1000 by default'],
  maxBusyUploads: ['--max-busy-uploads'],
  maxStreamsPerConnection: ['--max-streams-per-connection'],
  maxStreams: ['--max-streams'],
  maxStrangersStreams: ['--max-strangers-streams'],
  maxStatusConnections: ['--max-status-connections'],
  maxMetadataBytes: ['--max-metadata-bytes'],
  maxHeldBytes: ['--max-held-bytes'],
  maxHeldBytesInAll: ['--max-held-bytes-in-all'],
  handshakeMs: ['--handshake-ms'],
  firstMessageMs: ['--first-message-ms'],
  silenceMs: ['--silence-ms'],
  stallMs: ['--stall-ms'],
  minProgressBytes: ['--min-progress-bytes'],
  idleConnectionMs: ['--idle-connection-ms'],
}

/** Tells a command which flags it has. */
export function withReceiveFlags(command: Command): Command {
  command
    .option('--dir <dir>', 'where received files go; made when it is missing')
    .option(
      '--config <file>',
      'settings in YAML, named like these; the command line and LONGSHORE_RECEIVE_… in the environment count before it',
    )
    .option('--port <port>', 'the TCP port to listen on; 0 picks a free one', '50051')
    .option(
      '--host <address>',
      'the address to listen on; every network by default, only this computer with --plaintext or --no-auth',
    )
    .option('--name <name>', 'what senders show to people; the name of this machine by default')
    .option('--state-dir <dir>', 'where the ledger is kept; .longshore inside --dir by default')
    .option('--expire-after <duration>', 'forget an upload that nobody goes on with for so long: 90m, 24h, 7d', '24h')
    .option('--keep-for <duration>', 'delete stored files that nobody has changed after so long; never by default')
    .option('--verify-from-disk', 'read each file again from the disk before it counts as finished')
    .option(
      '--digest <kind>',
      `what a file is verified by when its sender says nothing: ${digestKinds.join(', ')}; senders that know nothing else take md5`,
      DEFAULT_DIGEST_KIND,
    )
    .option(
      '--workers <n>',
      `threads that hash what arrives, beside the main one; by default one less than the cores of this machine, at most ${MOST_WORKERS}, and 0 on two cores`,
    )
    .option('--cert <file>', "a certificate that somebody issued (PEM), instead of the receiver's own; needs --key")
    .option('--key <file>', 'the key of --cert (PEM)')
    .option('--plaintext', 'no encryption: for this computer, or behind a proxy that encrypts')
    .option('--no-auth', 'no pairing: whoever reaches the port may send')
    .option('--no-discovery', 'do not make the receiver known on the networks it listens on')
    .option('--status-port <port>', 'a page about the receiver, and metrics for Prometheus, for this computer only')
    .option(
      '--status-host <address>',
      'where that page listens, for others than this computer; needs --status-token-file',
    )
    .option('--status-token-file <file>', 'what whoever looks has to show is the first line of this file')
    .option(
      '--on-stored <program>',
      'start this program for each file that is stored, with its path, and what is known of it as JSON on standard input',
    )
    .option('--webhook <url>', 'post the same JSON there for each file that is stored')
    .option('--webhook-origins <list>', 'refuse a --webhook that is not at one of these, like https://hooks.example')
    .option(
      '--log <level>',
      'one JSON object a line on standard error: error, warn, info, or debug, which has every call',
    )
    .option('--reflection', 'tell programs like grpcurl what the calls of a receiver are')
    .option('--redis <url>', 'be one of several nodes that share --dir and this Redis, like redis://127.0.0.1:6379')
    .option(
      '--node-address <address>',
      'host:port under which the other nodes reach this one; where it listens by default',
    )
    .option('--s3-bucket <name>', 'put files into this bucket of an object store; --dir then holds what is not files')
    .option('--s3-endpoint <url>', 'where the object store is; AWS by default')
    .option('--s3-region <region>', 'its region; from AWS_REGION by default, or us-east-1 with --s3-endpoint')
    .option('--s3-prefix <prefix>', 'what the keys of all files begin with, before a slash')
    .option('--s3-path-style', 'name the bucket in the path and not in the host, as Ceph and MinIO want it')
    .option('--qr', 'show the pairing link as a QR code, also when standard output is no terminal')
    .option('--json', 'one JSON object a line on standard output')
  for (const [flag, about] of Object.values(limitFlags)) {
    const option = new Option(`${flag} <n>`, about)
    command.addOption(about === undefined ? option.hideHelp() : option)
  }
  return command
}

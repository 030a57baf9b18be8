import { type ChannelOptions, loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js'
import descriptor from './generated/descriptor.json' with { type: 'json' }
import type { ProtoGrpcType } from './generated/file_transfer.ts'
import { KEEPALIVE_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_BYTES } from './limits.ts'
import { withOwnCodecs } from './messages/own-codecs.ts'
import { servicesOf } from './services.ts'

const loaded = loadPackageDefinition(definition()) as unknown as ProtoGrpcType

/** A typed client of one receiver. Each client built with {@link channelOptions} is one connection of its own. */
export const FileTransferClient = loaded.filetransfer.FileTransferService

/** What a server hands to `addService`. */
export const fileTransferService = FileTransferClient.service

/** Makes a device known to a receiver. */
export const PairingClient = loaded.filetransfer.PairingService

/** See {@link PairingClient}. */
export const pairingService = PairingClient.service

/** What both ends set on every channel and server, so that neither refuses what the other may send. */
export const channelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': KEEPALIVE_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  // Senders try again by themselves. The retries of grpc-js would let nothing else run on a connection that just broke,
  // for ever.
  'grpc.enable_retries': 0,
} satisfies ChannelOptions

/** What the contract says, with codecs of our own for what carries the bytes of files. */
function definition(): Record<string, ServiceDefinition> {
  const known = servicesOf(descriptor)
  const name = 'filetransfer.FileTransferService'
  return { ...known, [name]: withOwnCodecs(known[name] ?? {}, descriptor.nested.filetransfer.nested) }
}

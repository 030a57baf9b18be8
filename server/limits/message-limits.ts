import { healthService } from '../../proto/health.ts'
import { fileTransferService, pairingService } from '../../proto/index.ts'
import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { reflectionServices } from '../../proto/reflection.ts'

/** What one message of a call may be, before anything of it is kept or made into objects. */
export type MessageLimit = {
  /** How long it may say that it is, bytes. */
  readonly bytes: number
  /** How many fields it may have, each element of a repeated one counted, and those of the messages in it, too. */
  readonly fields: number
  /**
   * The number of the one field that carries the bytes of a file. It may be as long as the message, once; everything
   * else together {@link BESIDE_DATA_BYTES}.
   */
  readonly dataField?: number
  /** The number of the repeated field whose elements are messages. */
  readonly messagesField?: number
  /** Whether the call carries one message only, which is kept until the call is answered. */
  readonly isOnly: boolean
}

/** What a message that carries the bytes of a file may have beside them, bytes: ids, digests, and a path. */
export const BESIDE_DATA_BYTES = 32 * 1024

const KIB = 1024

/** Numbers, ids and digests: none of them is longer than 64 characters. */
const few: MessageLimit = { bytes: KIB, fields: 32, isOnly: true }
/** A path that can be stored has at most 3000 bytes in 128 parts; a longer one is to hear what is wrong with it. */
const withPath: MessageLimit = { bytes: 32 * KIB, fields: 4096, isOnly: true }
/** The id and the name of a three-RPC client's file: the name may be a path. */
const withName: MessageLimit = { bytes: 16 * KIB, fields: 32, isOnly: true }
const proofs: MessageLimit = { bytes: 4 * KIB, fields: 32, isOnly: true }
const questions: MessageLimit = { bytes: KIB, fields: 32, isOnly: false }
const chunks: MessageLimit = { bytes: MAX_MESSAGE_BYTES, fields: 64, dataField: 4, isOnly: false }

const { UploadChunks, PutFiles, Upload, QueryUploadedChunks, CheckFileIntegrity } = fileTransferService
const { BeginUpload, ClaimUpload, MakeFolder, CheckPaths } = fileTransferService
const reflected = reflectionServices.flatMap((service) => Object.values(service).map(({ path }) => path))

/**
 * The limit of each call by its path, as in `/filetransfer.FileTransferService/Upload`; {@link few} for those that are
 * not here.
 */
const limits: ReadonlyMap<string, MessageLimit> = new Map([
  ...[Upload, UploadChunks].map(({ path }) => [path, chunks] as const),
  [PutFiles.path, { ...chunks, fields: 4096, dataField: 6 }],
  ...[BeginUpload, MakeFolder].map(({ path }) => [path, withPath] as const),
  [ClaimUpload.path, { ...withPath, messagesField: 6 }],
  // A thousand paths, of a thousand bytes each on an average, in a hundred parts.
  [CheckPaths.path, { bytes: 1024 * KIB, fields: 128 * KIB, messagesField: 1, isOnly: true }],
  ...[QueryUploadedChunks, CheckFileIntegrity].map(({ path }) => [path, withName] as const),
  [pairingService.FinishPairing.path, proofs],
  ...reflected.map((path) => [path, questions] as const),
])

const known: ReadonlySet<string> = new Set([
  ...[fileTransferService, pairingService, healthService].flatMap((service) =>
    Object.values(service).map(({ path }) => path),
  ),
  ...reflected,
])

/** What the messages of a call may be; of one that nobody knows, nothing is taken at all. */
export function messageLimitOf(path: string): MessageLimit | undefined {
  return limits.get(path) ?? (known.has(path) ? few : undefined)
}

import { Metadata, status } from '@grpc/grpc-js'
import { REASON_KEY } from '../../proto/limits.ts'
import { LEFT_BYTES_KEY, NEEDED_BYTES_KEY } from '../../proto/shortage.ts'
import type { ReceiveError } from '../base/errors.ts'

/** How an error travels: its gRPC status, its sentence, and in the trailers its reason and its figures. */
export function toStatus({ code, status: name, message, shortage }: ReceiveError) {
  const metadata = new Metadata()
  metadata.set(REASON_KEY, code)
  if (shortage !== undefined) {
    metadata.set(NEEDED_BYTES_KEY, String(shortage.neededBytes))
    metadata.set(LEFT_BYTES_KEY, String(shortage.leftBytes))
  }
  return { code: status[name], details: message, metadata }
}

import { Metadata, status } from '@grpc/grpc-js'
import { REASON_KEY } from '../../proto/limits.ts'
import type { ReceiveError } from '../base/errors.ts'

/** How an error travels: its gRPC status, its sentence, and its reason in the trailers. */
export function toStatus({ code, status: name, message }: ReceiveError) {
  const metadata = new Metadata()
  metadata.set(REASON_KEY, code)
  return { code: status[name], details: message, metadata }
}

import { randomBytes } from 'node:crypto'
import { Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'
import { REASON_KEY, REQUEST_ID_KEY, UPLOAD_ID_KEY } from '../../proto/limits.ts'
import { admittedIfAny } from './caller.ts'
import type { EndedCall } from './ended-call.ts'

/**
 * Tells of each call when it has ended, and gives it an id, or takes the one it brings, so that a proxy in front can
 * choose it.
 */
export function createCallLog(onCall: (call: EndedCall) => void): ServerInterceptor {
  return (method, call) => {
    const startedAtMs = performance.now()
    let requestId = ''
    let asked: Metadata | undefined
    let isTold = false
    const tell = (code: status, details: string, trailers?: Metadata) => {
      if (isTold) return
      isTold = true
      const admitted = asked && admittedIfAny(asked)
      const [upload] = asked?.get(UPLOAD_ID_KEY) ?? []
      const [reason] = trailers?.get(REASON_KEY) ?? []
      onCall({
        requestId,
        method: shortened(method.path.split('/').at(-1) ?? method.path, MOST_CHARACTERS),
        address: call.getConnectionInfo().remoteAddress ?? admitted?.address ?? '',
        ...(admitted?.caller.kind === 'device' && { device: admitted.caller.device.id }),
        ...(upload !== undefined && { upload: shortened(String(upload), MOST_CHARACTERS) }),
        ...((admitted === undefined || admitted.caller.kind === 'stranger') && { isStranger: true }),
        ...(admitted?.passedOn && { isForwarded: true }),
        status: status[code] ?? String(code),
        ...(reason !== undefined && { reason: String(reason) }),
        ...(code !== status.OK && details !== '' && { message: shortened(details, MOST_OF_MESSAGE) }),
        ms: Math.round(performance.now() - startedAtMs),
      })
    }
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            asked = metadata
            requestId = idIn(metadata) ?? randomBytes(8).toString('hex')
            metadata.set(REQUEST_ID_KEY, requestId)
            pass(metadata)
          },
          onCancel: () => tell(status.CANCELLED, ''),
        })
      },
      sendStatus(answer, next) {
        const trailers = answer.metadata ?? new Metadata()
        trailers.set(REQUEST_ID_KEY, requestId)
        tell(answer.code ?? status.UNKNOWN, answer.details ?? '', trailers)
        next({ ...answer, metadata: trailers })
      },
    })
  }
}

/** A caller can send any text as an id, and the id goes into logs. */
function idIn(metadata: Metadata): string | undefined {
  const [id] = metadata.get(REQUEST_ID_KEY)
  return typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) ? id : undefined
}

/** The length of what is logged of a text that a caller chooses; a message may repeat some of that text. */
const MOST_CHARACTERS = 64
const MOST_OF_MESSAGE = 500

function shortened(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text
}

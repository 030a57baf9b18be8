import { encodeChunk } from './chunk-message.ts'
import { codecOf, type PackageDescriptor } from './message-codec.ts'

/** The requests that carry the bytes of files, and the acknowledgement that each chunk gets. */
const OWN_REQUESTS = { UploadChunks: 'UploadChunk', Upload: 'FileChunk', PutFiles: 'PutFile' } as const
const OWN_RESPONSES = { UploadChunks: 'ChunkAck' } as const

/**
 * The service with codecs of our own for the messages that are nearly all that is ever sent; the others are left to the
 * general library.
 *
 * @param types of the package of the service, by their names.
 */
export function withOwnCodecs<Service extends object>(service: Service, types: object): Service {
  const known = types as PackageDescriptor
  const methods = Object.entries(service).map(([method, definition]) => {
    const [request, response] = [nameIn(OWN_REQUESTS, method), nameIn(OWN_RESPONSES, method)]
    return [
      method,
      {
        ...definition,
        ...(request !== undefined && requestCodec(known, request)),
        ...(response !== undefined && responseCodec(known, response)),
      },
    ]
  })
  return Object.fromEntries(methods) as Service
}

function nameIn(names: Readonly<Record<string, string>>, method: string): string | undefined {
  return Object.hasOwn(names, method) ? names[method] : undefined
}

function requestCodec(types: PackageDescriptor, name: string) {
  const codec = codecOf(types, name)
  const requestSerialize = name === 'UploadChunk' ? (chunk: object) => encodeChunk(codec, chunk) : codec.encode
  return { requestSerialize, requestDeserialize: codec.decode }
}

function responseCodec(types: PackageDescriptor, name: string) {
  const { encode, decode } = codecOf(types, name)
  return { responseSerialize: encode, responseDeserialize: decode }
}

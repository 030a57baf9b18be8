import { fromJSON, type MessageTypeDefinition } from '@grpc/proto-loader'
import descriptor from '../../proto/generated/descriptor.json' with { type: 'json' }
import { healthContract } from '../../proto/health.ts'
import { loaderOptions } from '../../proto/options.ts'
import type { Contract } from '../../proto/services.ts'

/**
 * The file of a contract that each service is declared in, as `grpc.reflection` tells it: an encoded
 * `FileDescriptorProto`, by the full name of the service. Building them takes longer than a program that sends nothing
 * else; only those import this that tell them.
 */
export const contractFiles: ReadonlyMap<string, Buffer> = new Map(
  [descriptor, healthContract].flatMap((contract: Contract) => {
    const definitions = fromJSON(contract as Parameters<typeof fromJSON>[0], loaderOptions)
    return Object.entries(definitions).flatMap(([name, definition]) => {
      const [method] = Object.values(definition) as { requestType?: MessageTypeDefinition<object, object> }[]
      const [file] = method?.requestType?.fileDescriptorProtos ?? []
      return file === undefined ? [] : [[name, file] as const]
    })
  }),
)

import type { ServiceDefinition } from '@grpc/grpc-js'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { mustFitFields } from '../limits/message-fields.ts'
import { messageLimitOf } from '../limits/message-limits.ts'

/**
 * The service, with messages that are measured before they become objects. A message beyond its limit becomes a
 * ReceiveError in its place; an error that is thrown there would become an answer without a reason.
 */
export function boundedService<Service extends ServiceDefinition>(service: Service): Service {
  const methods = Object.entries(service).map(([name, method]) => {
    const limit = messageLimitOf(method.path)
    if (limit === undefined) throw new Error(`No limit is known for the messages of ${method.path}.`)
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        mustFitFields(bytes, limit)
        return method.requestDeserialize(bytes)
      } catch (error) {
        if (error instanceof ReceiveError) return error
        return receiveErrorFrom(error, 'BAD_LENGTH', 'A message is not what the contract says it is.')
      }
    }
    return [name, { ...method, requestDeserialize }]
  })
  return Object.fromEntries(methods) as Service
}

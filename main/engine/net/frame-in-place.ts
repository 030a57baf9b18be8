import type { Client } from '@grpc/grpc-js'
import { framedInPlace } from '../../../proto/messages/chunk-message.ts'

/** What goes through the filters of grpc-js. */
type Sent = { readonly message: Buffer; readonly flags?: number }

type Filter = { sendMessage(sent: Promise<Sent>): Promise<Sent> }

type FilterFactory = { createFilter(): Filter }

/**
 * Has a client of grpc-js put the prefix in front of a chunk where the chunk is. By itself it makes new memory for each
 * message and copies the message there, which takes as long as sending it, and as long again to collect the memory.
 * There is no option for that; a client that does not look as expected goes on as it is.
 */
export function frameInPlace(client: Client): void {
  const factories = factoriesOf(client)
  // The one that compresses is the only one that a client has, and the one that frames.
  const [compression, ...others] = factories ?? []
  if (factories === undefined || compression === undefined || others.length > 0) return
  factories[0] = {
    createFilter() {
      const filter = compression.createFilter()
      const sendMessage = filter.sendMessage.bind(filter)
      filter.sendMessage = async (sent) => {
        const { message, ...rest } = await sent
        const framed = framedInPlace(message)
        return framed ? { message: framed, ...rest } : sendMessage(Promise.resolve({ message, ...rest }))
      }
      return filter
    },
  }
}

function factoriesOf(client: Client): FilterFactory[] | undefined {
  const channel: unknown = Reflect.get(client.getChannel(), 'internalChannel')
  const stack: unknown = isObject(channel) ? Reflect.get(channel, 'filterStackFactory') : undefined
  const factories: unknown = isObject(stack) ? Reflect.get(stack, 'factories') : undefined
  return Array.isArray(factories) ? factories : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import protobuf from 'protobufjs/light.js'
import { loaderOptions } from './options.ts'

/** A method as protobufjs writes it into JSON. */
type Method = {
  readonly requestType: string
  readonly responseType: string
  readonly requestStream?: boolean
  readonly responseStream?: boolean
}

/** A contract as protobufjs writes it into JSON: packages, and the messages and services in them. */
export type Contract = {
  readonly nested?: Readonly<Record<string, object>>
  readonly methods?: Readonly<Record<string, Method>>
}

/** What is sent and received by a name that a service knows it by. */
type TypeOf = (name: string) => protobuf.Type

/**
 * The services of a contract by their full names, for `loadPackageDefinition` of grpc-js. They do what those do that
 * `fromJSON` of `@grpc/proto-loader` makes, but nothing is built before the first message of its type is sent or
 * received, and they do not describe their messages. Most programs need few messages, and every program waits for what
 * is built when it starts.
 */
export function servicesOf(
  contract: Contract,
  options: protobuf.IConversionOptions = loaderOptions,
): Record<string, ServiceDefinition> {
  let root: protobuf.Root | undefined
  const services = servicesIn(contract, '').map(([name, methods]) => {
    const typeOf: TypeOf = (type) => {
      root ??= protobuf.Root.fromJSON(contract as protobuf.INamespace)
      return root.lookupService(name).lookupType(type)
    }
    const entries = Object.entries(methods).map(([method, of]) => [
      method,
      definitionOf(`/${name}/${method}`, method, of, typeOf, options),
    ])
    return [name, Object.fromEntries(entries)] as const
  })
  return Object.fromEntries(services)
}

/** Each service of a package, and of those in it, by its full name. */
function servicesIn({ nested = {} }: Contract, within: string): (readonly [name: string, Record<string, Method>])[] {
  return Object.entries(nested).flatMap(([name, part]: [string, Contract]) => {
    const fullName = within === '' ? name : `${within}.${name}`
    return part.methods ? [[fullName, part.methods] as const] : servicesIn(part, fullName)
  })
}

function definitionOf(
  path: string,
  name: string,
  { requestType, responseType, requestStream = false, responseStream = false }: Method,
  typeOf: TypeOf,
  options: protobuf.IConversionOptions,
): MethodDefinition<object, object> {
  const request = codecOf(() => typeOf(requestType), options)
  const response = codecOf(() => typeOf(responseType), options)
  return {
    path,
    requestStream,
    responseStream,
    originalName: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  }
}

/** Writes and reads the messages of one type, which is looked up when the first one comes or goes. */
function codecOf(find: () => protobuf.Type, options: protobuf.IConversionOptions) {
  let found: protobuf.Type | undefined
  const type = (): protobuf.Type => {
    found ??= find()
    return found
  }
  return {
    serialize: (message: object): Buffer =>
      // In Node the writer of protobufjs makes buffers.
      type().encode(type().fromObject(message)).finish() as Buffer,
    deserialize: (bytes: Buffer): object => type().toObject(type().decode(bytes), options),
  }
}

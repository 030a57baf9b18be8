import { fromJSON, type ServiceDefinition } from '@grpc/proto-loader'
import { expect, test } from 'vitest'
import descriptor from './generated/descriptor.json' with { type: 'json' }
import { loaderOptions } from './options.ts'
import { servicesOf } from './services.ts'

const ours = servicesOf(descriptor)
const loaded = fromJSON(descriptor as Parameters<typeof fromJSON>[0], loaderOptions)
const names = ['filetransfer.FileTransferService', 'filetransfer.PairingService']

/** A method with what only code can tell of it left out. */
function plain(service: object | undefined): unknown {
  const methods = Object.entries((service ?? {}) as ServiceDefinition).map(([name, method]) => {
    const { path, requestStream, responseStream, originalName } = method
    return [name, { path, requestStream, responseStream, originalName }]
  })
  return Object.fromEntries(methods)
}

test('the services are those of the library that makes them of a contract', () => {
  expect(Object.keys(ours).sort()).toEqual(names)
  for (const name of names) expect(plain(ours[name])).toEqual(plain(loaded[name]))
})

const key = 'a'.repeat(32)
const messages: readonly (readonly [method: string, message: object])[] = [
  ['BeginUpload', { uploadKey: key, path: ['täglich', 'a.bin'], sizeBytes: '9007199254740993', modifiedAtMs: '-1' }],
  ['UploadChunks', { fileId: 'f', offset: '18446744073709551615', data: Buffer.from([0, 255]), crc32: 4294967295 }],
  ['FinishUpload', { fileId: 'f', generation: '3', md5: '0'.repeat(32) }],
  ['GetReceiverInfo', {}],
]

test.each(messages)('%s is written and read as that library does it', (method, message) => {
  const [one, other] = [ours, loaded].map(
    (all) => (all['filetransfer.FileTransferService'] as ServiceDefinition)[method],
  )
  if (one === undefined || other === undefined) throw new Error(`There is no ${method}.`)
  const bytes = one.requestSerialize(message)
  expect(bytes).toEqual(other.requestSerialize(message))
  expect(Buffer.isBuffer(bytes)).toBe(true)
  expect(one.requestDeserialize(bytes)).toEqual(other.requestDeserialize(bytes))
  expect(one.responseDeserialize(Buffer.alloc(0))).toEqual(other.responseDeserialize(Buffer.alloc(0)))
})

test('what is no message of the type is refused', () => {
  const { BeginUpload } = ours['filetransfer.FileTransferService'] ?? {}
  expect(() => BeginUpload?.requestSerialize({ path: 'not a list' })).toThrow(TypeError)
  expect(() => BeginUpload?.requestDeserialize(Buffer.from([0x0a, 200]))).toThrow(RangeError)
  const { nested } = descriptor
  const astray = {
    nested: { ...nested, other: { nested: { S: { methods: { M: { requestType: 'No', responseType: 'No' } } } } } },
  }
  expect(() => servicesOf(astray)['other.S']?.M?.requestSerialize({})).toThrow('No')
})

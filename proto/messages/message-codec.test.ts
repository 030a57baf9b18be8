import { randomBytes, randomInt } from 'node:crypto'
import { fromJSON, type MessageTypeDefinition } from '@grpc/proto-loader'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import descriptor from '../generated/descriptor.json' with { type: 'json' }
import { loaderOptions } from '../options.ts'
import { codecOf, type PackageDescriptor } from './message-codec.ts'

const types = descriptor.nested.filetransfer.nested as PackageDescriptor
const names = ['UploadChunk', 'FileChunk', 'ChunkAck', 'PutFile'] as const
type Name = (typeof names)[number]

const root = protobuf.Root.fromJSON(descriptor as protobuf.INamespace)
/** The general library, with the options that the rest of the contract is read with. */
const general = (name: Name) => {
  const type = root.lookupType(`filetransfer.${name}`)
  return {
    type,
    encode: (message: object) => Buffer.from(type.encode(type.fromObject(message)).finish()),
    decode: (bytes: Buffer) => plain(type.toObject(type.decode(bytes), loaderOptions)),
  }
}

/** Buffers as text, so that pooled memory does not matter when messages are compared. */
function plain(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  )
}

const TEXTS = ['', 'a', 'film.mov', 'Zürich/\u4e2d\u6587/\u{1f600}', 'x'.repeat(300), '\u0000']
const INT64S = [
  '0',
  '1',
  '127',
  '128',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '-1',
  '-9223372036854775808',
]
const UINT32S = [0, 1, 127, 128, 65_536, 2 ** 31, 2 ** 32 - 1]

function one<T>(values: readonly T[]): T {
  return values[randomInt(values.length)] as T
}

function randomValue(field: protobuf.Field): unknown {
  if (field.repeated) return Array.from({ length: randomInt(4) }, () => one(TEXTS))
  switch (field.type) {
    case 'string':
      return one(TEXTS)
    case 'bytes':
      return randomBytes(one([0, 1, 127, 128, 20_000]))
    case 'int64':
      return one(INT64S)
    case 'uint32':
    case 'fixed32':
      return one(UINT32S)
    case 'bool':
      return one([true, false])
    default:
      return one(Object.keys(types[field.type]?.values ?? {}))
  }
}

function randomMessage(name: Name): Record<string, unknown> {
  const fields = general(name).type.fieldsArray.filter(() => randomInt(4) > 0)
  return Object.fromEntries(fields.map((field) => [field.name, randomValue(field)]))
}

/** One field of each kind with a number that the contract does not have. */
const unknownFields = [
  Buffer.from([0xf8, 0x07, 0xff, 0xff, 0x03]),
  Buffer.from([0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from([0xfa, 0x07, 3, 1, 2, 3]),
  Buffer.from([0xfd, 0x07, 1, 2, 3, 4]),
]

test.each(names)('%s is what the general library makes of it, both ways, whatever is in its fields', (name) => {
  const codec = codecOf(types, name)
  const { encode, decode } = general(name)
  for (let round = 0; round < 500; round++) {
    const message = randomMessage(name)
    const [ours, theirs] = [codec.encode(message), encode(message)]
    expect(ours.length).toBe(codec.size(message))
    expect(decode(ours)).toEqual(decode(theirs))
    expect(plain(codec.decode(theirs))).toEqual(decode(theirs))
    expect(plain(codec.decode(ours))).toEqual(decode(theirs))
  }
})

test.each(names)(
  'of %s, unknown fields are passed over wherever they are, and of a field that comes twice the last counts',
  (name) => {
    const codec = codecOf(types, name)
    const { encode, decode } = general(name)
    for (let round = 0; round < 100; round++) {
      const parts = [encode(randomMessage(name)), one(unknownFields), encode(randomMessage(name)), one(unknownFields)]
      const bytes = Buffer.concat(parts)
      expect(plain(codec.decode(bytes))).toEqual(decode(bytes))
    }
  },
)

test.each(names)(
  '%s with a part cut off is no message, or one with fewer fields, and never reads past its end',
  (name) => {
    const codec = codecOf(types, name)
    const whole = codec.encode(randomMessage(name))
    for (let length = 0; length < Math.min(whole.length, 500); length++) {
      try {
        codec.decode(whole.subarray(0, length))
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }
    for (let round = 0; round < 500; round++) {
      try {
        codec.decode(randomBytes(randomInt(60)))
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }
  },
)

test('values of the contract that are newer than this program are kept as numbers', () => {
  const bytes = Buffer.from([0x10, 0x63])
  expect(codecOf(types, 'ChunkAck').decode(bytes)).toEqual(general('ChunkAck').decode(bytes))
})

test('numbers are taken as numbers and as text, and absent fields as absent', () => {
  const codec = codecOf(types, 'ChunkAck')
  const { encode } = general('ChunkAck')
  for (const message of [{}, { offset: 5 }, { offset: '5', outcome: 2 }, { offset: null, durableWatermark: -1 }])
    expect(codec.decode(codec.encode(message))).toEqual(codec.decode(encode(message)))
})

test('types with other kinds of fields are not encoded by halves', () => {
  expect(() => codecOf(types, 'UploadedChunks')).toThrow('No codec for a list of int64.')
  expect(() => codecOf(types, 'FinishUploadReply')).toThrow('No codec for fields of type')
  expect(() => codecOf(types, 'Nothing')).toThrow('no message Nothing')
})

test('the service uses these codecs for what carries the bytes of files', async () => {
  const loaded = fromJSON(descriptor as Parameters<typeof fromJSON>[0], loaderOptions)
  expect((loaded['filetransfer.UploadChunk'] as MessageTypeDefinition<object, object>).format).toContain(
    'Protocol Buffer',
  )
  const { fileTransferService } = await import('../index.ts')
  const message = fileTransferService.PutFiles.requestDeserialize(codecOf(types, 'PutFile').encode({ size: 7 }))
  expect(message).toMatchObject({ size: '7', path: [], onConflict: 'KEEP_BOTH' })
})

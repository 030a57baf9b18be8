import protobuf from 'protobufjs'

/**
 * What is another one each time that the same is sent: times, what the receiver makes up by chance, what depends on the
 * computer. Every other bit of a message has to be the same. By message and number, as in `proto/file_transfer.proto`.
 */
const varying: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ReceiverInfo: { 2: 'id', 8: 'free_bytes', 12: 'run_id' },
  BeginUploadRequest: { 8: 'source_id' },
  BeginUploadReply: { 1: 'file_id' },
  UploadChunk: { 1: 'file_id' },
  ChunkAck: { 3: 'durable_watermark', 4: 'store_micros' },
  FinishUploadRequest: { 1: 'file_id' },
  PutFile: { 10: 'source_id' },
  PutFileReply: { 4: 'store_micros' },
}

const VARINT = 0
const DELIMITED = 2

type Field = { readonly number: number; readonly wireType: number; readonly bytes: Buffer }

/**
 * The message with zero in place of numbers that vary, and as many `x` in place of texts. That a field is there, and
 * how long it is, still counts.
 */
export function masked(type: string, message: Buffer): Buffer {
  return mapped(message, ({ number, wireType, bytes }) => {
    if (varying[type]?.[number] === undefined) return bytes
    const { tag, value } = parted(bytes, wireType)
    return Buffer.concat([tag, wireType === VARINT ? Buffer.of(0) : value.fill('x')])
  })
}

/** The message with another text of the same length in a field, when it has that. */
export function withText(message: Buffer, field: number, text: string): Buffer {
  return mapped(message, ({ number, wireType, bytes }) => {
    if (number !== field) return bytes
    const { tag, value } = parted(bytes, wireType)
    if (value.length !== text.length)
      throw new Error(`Field ${field} is ${value.length} bytes long, not ${text.length}.`)
    return Buffer.concat([tag, Buffer.from(text)])
  })
}

/** The text in a field; empty when it is not there. */
export function textIn(message: Buffer, field: number): string {
  const found = fieldsOf(message).find(({ number }) => number === field)
  return found === undefined ? '' : parted(found.bytes, found.wireType).value.toString()
}

function mapped(message: Buffer, map: (field: Field) => Buffer): Buffer {
  return Buffer.concat(fieldsOf(message).map(map))
}

function fieldsOf(message: Buffer): Field[] {
  const reader = protobuf.Reader.create(message)
  const fields: Field[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.uint32()
    reader.skipType(tag & 7)
    fields.push({ number: tag >>> 3, wireType: tag & 7, bytes: Buffer.from(message.subarray(start, reader.pos)) })
  }
  return fields
}

/** A field's tag, with its length where it has one, and its value. */
function parted(field: Buffer, wireType: number): { readonly tag: Buffer; readonly value: Buffer } {
  const reader = protobuf.Reader.create(field)
  reader.uint32()
  if (wireType === DELIMITED) reader.uint32()
  return { tag: field.subarray(0, reader.pos), value: field.subarray(reader.pos) }
}

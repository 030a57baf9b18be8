import { Reader } from './wire-reader.ts'
import { DELIMITED, FIXED32, VARINT } from './wire-types.ts'
import { type Scalar, scalarSize, varintSize, writeScalar, writeVarint } from './wire-writer.ts'

/** One field of a message, as the descriptor of the contract has it. */
type FieldDescriptor = { readonly type: string; readonly id: number; readonly rule?: string }

/** A message or an enum, as the descriptor of the contract has it. */
type TypeDescriptor = {
  readonly fields?: Readonly<Record<string, FieldDescriptor>>
  readonly values?: Readonly<Record<string, number>>
}

/** All types of a package by their names. */
export type PackageDescriptor = Readonly<Record<string, TypeDescriptor>>

/** Encodes and decodes the messages of one type. */
export type MessageCodec = {
  /** Fields that are absent, or have the value that an absent one has, are left out. */
  encode(message: object): Buffer
  /** How long a message is, bytes. */
  size(message: object): number
  /** Writes a message, its bytes field last; there must be room for {@link size}. */
  write(message: object, out: Buffer, at: number): void
  /**
   * A field of type bytes shares the memory of the message. Every field is there, 64-bit numbers as decimal text and
   * enums by name; what is not known is passed over. Throws a RangeError for what is no message.
   */
  decode(bytes: Buffer): Record<string, unknown>
}

type Value = string | number | boolean | Buffer | readonly string[]

/** How one field is read and written. */
type Field = {
  readonly name: string
  readonly id: number
  readonly wireType: number
  readonly isBytes: boolean
  /** A new value each time, for messages that keep it. */
  readonly absent: () => Value
  /** The value as it is on the wire; undefined when it is left out. */
  readonly toWire: (given: unknown) => Scalar | undefined
  readonly fromWire: (reader: Reader, before: unknown) => Value
  readonly isRepeated: boolean
}

/**
 * A codec for a type that has only numbers, text, enums, bytes and lists of text: those that carry the bytes of files.
 * The general library makes an object of its own for each message before it makes the one that is wanted, and copies.
 */
export function codecOf(types: PackageDescriptor, name: string): MessageCodec {
  const fields = Object.entries(types[name]?.fields ?? {}).map(([field, descriptor]) =>
    fieldOf(types, field, descriptor),
  )
  if (fields.length === 0) throw new Error(`The contract has no message ${name}.`)
  // Bytes come last, so that they can stay where they are and the rest goes in front of them.
  const inOrder = [...fields].sort((one, other) => Number(one.isBytes) - Number(other.isBytes))
  const byId = new Map(fields.map((field) => [field.id, field]))

  const size = (message: object): number => {
    let bytes = 0
    each(inOrder, message, (field, value) => {
      bytes += varintSize(field.id * 8) + scalarSize(value, field.wireType)
    })
    return bytes
  }
  const write = (message: object, out: Buffer, at: number): void => {
    let end = at
    each(inOrder, message, (field, value) => {
      end = writeScalar(value, field.wireType, out, writeVarint(field.id * 8 + field.wireType, out, end))
    })
  }
  return {
    size,
    write,
    encode(message) {
      const out = Buffer.allocUnsafe(size(message))
      write(message, out, 0)
      return out
    },
    decode(bytes) {
      const message: Record<string, unknown> = {}
      for (const { name: key, absent } of fields) message[key] = absent()
      const reader = new Reader(bytes)
      while (!reader.isAtEnd) {
        const tag = reader.varint()
        const field = byId.get(Math.floor(tag / 8))
        if (field?.wireType === tag % 8) message[field.name] = field.fromWire(reader, message[field.name])
        else reader.skip(tag)
      }
      return message
    },
  }
}

/** Calls back for each value that goes on the wire, each element of a list on its own. */
function each(fields: readonly Field[], message: object, tell: (field: Field, value: Scalar) => void): void {
  const given = message as Readonly<Record<string, unknown>>
  for (const field of fields) {
    const value = given[field.name]
    if (value === undefined || value === null) continue
    if (field.isRepeated) for (const element of value as readonly string[]) tell(field, element)
    else {
      const scalar = field.toWire(value)
      if (scalar !== undefined) tell(field, scalar)
    }
  }
}

function fieldOf(types: PackageDescriptor, name: string, { id, type, rule }: FieldDescriptor): Field {
  const common = { name, id, isBytes: false, isRepeated: false }
  if (rule === 'repeated' && type !== 'string') throw new Error(`No codec for a list of ${type}.`)
  switch (type) {
    case 'string': {
      if (rule !== 'repeated') {
        const toWire = (given: unknown) => (given === '' ? undefined : String(given))
        return { ...common, wireType: DELIMITED, absent: () => '', toWire, fromWire: (reader) => reader.text() }
      }
      const fromWire = (reader: Reader, before: unknown) => [...(before as readonly string[]), reader.text()]
      return { ...common, isRepeated: true, wireType: DELIMITED, absent: () => [], toWire: String, fromWire }
    }
    case 'bytes': {
      const toWire = (given: unknown) => {
        const bytes = given instanceof Uint8Array ? given : Buffer.from(String(given), 'base64')
        return bytes.length === 0 ? undefined : bytes
      }
      const absent = () => Buffer.alloc(0)
      return { ...common, isBytes: true, wireType: DELIMITED, absent, toWire, fromWire: (reader) => reader.bytes() }
    }
    case 'int64':
      return { ...common, wireType: VARINT, absent: () => '0', toWire: toInt64, fromWire: (reader) => reader.int64() }
    case 'uint32': {
      const fromWire = (reader: Reader) => Number(BigInt.asUintN(32, reader.long()))
      return { ...common, wireType: VARINT, absent: () => 0, toWire: toUint32, fromWire }
    }
    case 'fixed32':
      return { ...common, wireType: FIXED32, absent: () => 0, toWire: toUint32, fromWire: (reader) => reader.fixed32() }
    case 'bool': {
      const toWire = (given: unknown) => (given === true ? 1 : undefined)
      const fromWire = (reader: Reader) => reader.long() !== 0n
      return { ...common, wireType: VARINT, absent: () => false, toWire, fromWire }
    }
    default:
      return { ...common, wireType: VARINT, ...enumOf(types, type) }
  }
}

function enumOf(types: PackageDescriptor, type: string): Pick<Field, 'absent' | 'toWire' | 'fromWire'> {
  const values = types[type]?.values
  if (values === undefined) throw new Error(`No codec for fields of type ${type}.`)
  const names = new Map(Object.entries(values).map(([name, number]) => [number, name]))
  return {
    absent: () => names.get(0) ?? 0,
    toWire: (given) => {
      const number = typeof given === 'number' ? given : (values[String(given)] ?? 0)
      return number === 0 ? undefined : toInt64(number)
    },
    fromWire(reader) {
      const number = Number(BigInt.asIntN(32, reader.long()))
      return names.get(number) ?? number
    },
  }
}

/** Numbers and decimal text; undefined for 0. */
function toInt64(given: unknown): number | bigint | undefined {
  const number = typeof given === 'bigint' ? Number.NaN : Number(given)
  if (Number.isSafeInteger(number) && number >= 0) return number === 0 ? undefined : number
  return BigInt.asUintN(64, BigInt(String(given)))
}

function toUint32(given: unknown): number | undefined {
  const number = Number(given) >>> 0
  return number === 0 ? undefined : number
}

import { pino, stdSerializers } from 'pino'
import type { EndedCall } from './call-log.ts'
import { ReceiveError } from './errors.ts'
import type { StoredEvent } from './receiver.ts'

/** How much is told: what went wrong, what is worth a look, what happened, every call. */
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
type LogLevel = (typeof LOG_LEVELS)[number]

/** What a receiver does, one JSON object a line, for whoever collects logs. */
export type Log = {
  readonly call: (call: EndedCall) => void
  readonly stored: (file: StoredEvent) => void
  /** What nobody expected, and what could not be done beside receiving, as a hook. */
  readonly trouble: (error: unknown) => void
  readonly info: (message: string, more?: object) => void
}

/** Throws ReceiveError BAD_FLAGS, which begins with the name of the flag. */
export function toLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text)
  if (level !== undefined) return level
  throw new ReceiveError('BAD_FLAGS', `--log takes ${LOG_LEVELS.join(', ')}, not "${text}".`)
}

/** Nobody looks for a status that the sender deals with by itself. */
const EXPECTED = new Set(['OK', 'CANCELLED', 'NOT_FOUND', 'ABORTED', 'UNAVAILABLE', 'FAILED_PRECONDITION'])

/** @param descriptor of the file that it is written to. Each line is written at once, so that none is lost when the process ends. */
export function openLog(level: LogLevel, descriptor = 2): Log {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: toldOf },
  }
  const log = pino(options, pino.destination({ fd: descriptor, sync: true }))
  return {
    call(call) {
      if (call.status === 'INTERNAL' || call.status === 'DATA_LOSS') log.error(call, 'a call failed')
      else if (EXPECTED.has(call.status)) log.debug(call, 'a call ended')
      else log.warn(call, 'a call was refused')
    },
    stored: ({ name, bytes, md5 }) => log.info({ name, bytes, md5 }, 'a file is stored'),
    trouble: (error) => log.error({ err: error }, error instanceof Error ? error.message : String(error)),
    info: (message, more = {}) => log.info(more, message),
  }
}

/** What an error says. What libraries hang on theirs beside that, such as an address or a signed request, may hold secrets. */
function toldOf(error: Error): object {
  const { type, message, stack, code } = stdSerializers.err(error)
  return { type, message, stack, ...(typeof code === 'string' && { code }) }
}

import { pino, stdSerializers } from 'pino'
import { ReceiveError } from './base/errors.ts'
import { networkOf } from './base/network-of.ts'
import type { EndedCall } from './calls/ended-call.ts'
import { type LineRate, LineShares } from './line-shares.ts'
import type { StoredEvent } from './receiver.ts'
import { fewOfEach } from './trouble.ts'

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
  /** Tells what was left out and not told yet. */
  readonly flush: () => void
}

/** Throws ReceiveError BAD_FLAGS, which begins with the name of the flag. */
export function toLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text)
  if (level !== undefined) return level
  throw new ReceiveError('BAD_FLAGS', `--log takes ${LOG_LEVELS.join(', ')}, not "${text}".`)
}

/** Senders deal with these statuses by themselves, so nobody looks for them in a log. */
const EXPECTED = new Set(['OK', 'CANCELLED', 'NOT_FOUND', 'ABORTED', 'UNAVAILABLE', 'FAILED_PRECONDITION'])

/**
 * Lines about calls that a device may cause, or a network of callers that nobody asks who they are; and all together
 * who have no token.
 */
const KNOWN: LineRate = { atOnce: 500, perSecond: 50 }
const STRANGERS: LineRate = { atOnce: 20, perSecond: 2 }

/** Of an error, characters: what a sender chose may be in it. */
const MOST_OF_ERROR = 4000

/**
 * @param descriptor of the file that it is written to. Each line is written at once, so that none is lost when the
 * process ends.
 */
export function openLog(level: LogLevel, descriptor = 2): Log {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: toldOf },
  }
  const log = pino(options, pino.destination({ fd: descriptor, sync: true }))
  const shares = new LineShares((who, lines, seconds) => log.warn(`${lines} more ${who} in the last ${seconds} s`))
  return {
    call(call) {
      const [level, message] = lineOf(call)
      if (!log.isLevelEnabled(level)) return
      if (shares.take(`calls of ${whoMade(call)}`, call.isStranger ? STRANGERS : KNOWN)) log[level](call, message)
    },
    stored: (file) => log.info(file, 'a file is stored'),
    trouble: fewOfEach((error) => {
      const message = error instanceof Error ? error.message : String(error)
      log.error({ err: error }, message.slice(0, MOST_OF_ERROR))
    }),
    info: (message, more = {}) => log.info(more, message),
    flush: () => shares.flush(),
  }
}

function lineOf(call: EndedCall): readonly [LogLevel, string] {
  if (call.status === 'INTERNAL' || call.status === 'DATA_LOSS') return ['error', 'a call failed']
  return EXPECTED.has(call.status) ? ['debug', 'a call ended'] : ['warn', 'a call was refused']
}

/** Callers without a token are one, however many they are. */
function whoMade({ isStranger, device, address }: EndedCall): string {
  if (isStranger) return 'callers without a token'
  return device === undefined ? networkOf(address) : `the device ${device}`
}

/**
 * The message of an error, cut to a length. Other properties that libraries add to their errors, such as an address or
 * a signed request, may hold secrets and are left out.
 */
function toldOf(error: Error): object {
  const { type, message, stack, code } = stdSerializers.err(error)
  const texts = { type, message, stack, ...(typeof code === 'string' && { code }) }
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.slice(0, MOST_OF_ERROR)]))
}

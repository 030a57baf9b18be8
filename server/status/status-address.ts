import { readFileSync } from 'node:fs'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { isLoopback } from '../base/loopback.ts'
import { toPort } from '../settings/flags.ts'
import type { ReceiveFlags } from '../settings/receive-flags.ts'

/** Where the page about a receiver listens, and what whoever looks has to show. */
export type StatusAddress = {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Undefined when nothing has to be shown: then only this computer may look. */
  readonly token: string | undefined
}

/** Shorter ones can be guessed. */
const LEAST_TOKEN_CHARACTERS = 16

/** Undefined when no page was asked for. Throws ReceiveError BAD_FLAGS, with one sentence. */
export function toStatusAddress(flags: ReceiveFlags): StatusAddress | undefined {
  const { statusPort, statusHost, statusTokenFile } = flags
  if (statusPort === undefined) {
    const flag = statusHost ? '--status-host' : statusTokenFile && '--status-token-file'
    if (flag) throw new ReceiveError('BAD_FLAGS', `${flag} says more about a page, and --status-port is missing.`)
    return undefined
  }
  const port = toPort('--status-port', statusPort)
  const token = statusTokenFile === undefined ? undefined : tokenIn(statusTokenFile)
  const host = statusHost ?? '127.0.0.1'
  if (token === undefined && !isLoopback(host))
    throw new ReceiveError(
      'BAD_FLAGS',
      `--status-host ${host} lets others look: say with --status-token-file what they have to show.`,
    )
  return { host, port, token }
}

function tokenIn(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    throw receiveErrorFrom(error, 'BAD_FLAGS', `--status-token-file ${file} cannot be read (${why}).`)
  }
  const [token = ''] = text.split(/\r?\n/)
  if (token.length >= LEAST_TOKEN_CHARACTERS) return token
  throw new ReceiveError(
    'BAD_FLAGS',
    `--status-token-file ${file}: its first line has ${token.length} characters, and fewer than ${LEAST_TOKEN_CHARACTERS} can be guessed.`,
  )
}

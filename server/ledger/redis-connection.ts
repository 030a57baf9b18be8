import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { credentialsIn, shownAddress } from '../base/shown-address.ts'
import type { OnUnexpected } from '../base/unexpected.ts'

/** What Redis answers, with texts as bytes. */
export type Reply = Buffer | number | null | readonly Reply[]

/** A script that runs in Redis as one atomic step. */
export type Script = { readonly source: string; readonly keys: number }

/**
 * A connection to the Redis that several nodes share. A broken connection is opened again by itself; commands are
 * refused at once until then.
 */
export interface SharedState {
  /** Its address, for people: without a password. */
  readonly shown: string
  /**
   * @throws ReceiveError STATE_UNREACHABLE when Redis does not answer, and what the script itself refuses as a
   * {@link Refused}.
   */
  run(script: Script, ...parameters: readonly (string | number | Buffer)[]): Promise<Reply>
  /** One command of Redis. Throws what {@link run} throws. */
  command(...parameters: readonly (string | number | Buffer)[]): Promise<Reply>
  close(): void
}

/** What a script answers instead of doing what it was asked: `redis.error_reply(code)`. */
export class Refused extends Error {
  readonly code: string

  override readonly name = 'Refused'

  constructor(code: string, options?: ErrorOptions) {
    super(`Redis refused: ${code}`, options)
    this.code = code
  }
}

/** Redis itself always says more than one word. */
const REFUSAL = /^(?:ERR )?([A-Z]+)$/

/** A command is answered within this, ms. A Redis that takes longer counts as unreachable. */
const COMMAND_WITHIN_MS = 5_000
const CONNECT_WITHIN_MS = 5_000
const RECONNECT_AFTER_MS = { first: 100, most: 2_000 }

/**
 * @param url like `redis://:password@127.0.0.1:6379/0`, or `rediss://` with encryption.
 * @throws ReceiveError BAD_FLAGS for what is no such address, STATE_UNREACHABLE when nothing answers there; both in one
 * sentence that shows no password.
 */
export async function connectRedis(url: string, onUnexpected: OnUnexpected): Promise<SharedState> {
  const address = toAddress(url)
  const { shown } = address
  // It is large, and receivers that share nothing start without it.
  const { createClient, RESP_TYPES, SimpleError, SocketClosedUnexpectedlyError } = await import('@redis/client')
  const unreachable = (error: unknown) => unreachableAt(address, error, error instanceof SimpleError)
  const client = createClient({
    url,
    name: 'longshore',
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_WITHIN_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT_AFTER_MS.first * 2 ** retries, RECONNECT_AFTER_MS.most),
    },
    commandOptions: { timeout: COMMAND_WITHIN_MS, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  let isConnected = false
  let lastTrouble: unknown
  // Every failed attempt is an event here. Most are not reported: the next caller who asks for something hears the
  // error.
  client.on('error', (error: unknown) => {
    if (isConnected && !(error instanceof SocketClosedUnexpectedlyError)) onUnexpected(unreachable(error))
    isConnected = false
    lastTrouble = error
  })
  client.on('ready', () => {
    isConnected = true
  })
  const digests = new Map<Script, string>()

  const send = async (parameters: readonly (string | number | Buffer)[]): Promise<Reply> => {
    const texts = parameters.map((parameter) => (typeof parameter === 'number' ? String(parameter) : parameter))
    try {
      return (await client.sendCommand(texts)) as unknown as Reply
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      const [, refusal] = REFUSAL.exec(said) ?? []
      if (refusal !== undefined) throw new Refused(refusal, { cause: error })
      if (said.startsWith('NOSCRIPT')) throw error
      throw unreachable(error)
    }
  }
  const load = async (script: Script): Promise<string> => {
    const digest = String(await send(['SCRIPT', 'LOAD', script.source]))
    digests.set(script, digest)
    return digest
  }

  try {
    await Promise.race([client.connect(), failAfter(CONNECT_WITHIN_MS)])
  } catch (error) {
    client.destroy()
    // It is asked again and again until then, and what it says is worth more than that time is over.
    throw unreachable(lastTrouble ?? error)
  }
  return {
    shown,
    command: (...parameters) => send(parameters),
    async run(script, ...parameters) {
      const call = (digest: string) => send(['EVALSHA', digest, script.keys, ...parameters])
      try {
        return await call(digests.get(script) ?? (await load(script)))
      } catch (error) {
        // Redis forgets scripts when it is started again.
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
        return call(await load(script))
      }
    },
    close: () => client.destroy(),
  }
}

type RedisAddress = {
  /** For people: without user and password. */
  readonly shown: string
  /** What no message may repeat. */
  readonly secrets: readonly string[]
}

function toAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isWhole =
    url !== undefined &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^(\/\d*)?$/.test(url.pathname) &&
    // A slash or question mark in a password that is not escaped splits the address, and leaves the @ behind it.
    !/@/.test(url.pathname + url.search + url.hash)
  const credentials = isWhole ? credentialsOf(url) : undefined
  if (!isWhole || credentials === undefined)
    throw new ReceiveError(
      'BAD_FLAGS',
      '--redis takes an address like redis://127.0.0.1:6379 or redis://user:password@127.0.0.1:6379/1, with what is special in user and password percent-encoded (/ is %2F).',
    )
  return { shown: `${shownAddress(url)}${url.pathname}`, secrets: credentials.filter((secret) => secret !== '') }
}

/** User and password in both of their forms; undefined when they are not percent-encoded as they should be. */
function credentialsOf(url: URL): readonly string[] | undefined {
  try {
    const { user = '', password = '' } = credentialsIn(url) ?? {}
    return [user, password, url.username, url.password]
  } catch {
    // A percent sign that escapes nothing.
    return undefined
  }
}

/**
 * Redis repeats in some of its answers who asked, or what it was asked; of those only the first word is told, and they
 * are no cause that a log would show.
 */
function unreachableAt({ shown, secrets }: RedisAddress, error: unknown, isRefusal: boolean): ReceiveError {
  const said = error instanceof Error ? error.message : ''
  const isSafe = !secrets.some((secret) => said.includes(secret))
  const cause = isSafe ? error : undefined
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  const told = isSafe ? said : (/^[A-Z]+\b/.exec(said)?.[0] ?? code)
  if (isRefusal)
    return receiveErrorFrom(
      cause,
      'STATE_UNREACHABLE',
      `The Redis at ${shown}, which the receivers share, refuses: ${told}.`,
    )
  const why = told === '' ? '' : ` (${told})`
  return receiveErrorFrom(
    cause,
    'STATE_UNREACHABLE',
    `The Redis at ${shown}, which the receivers share, does not answer${why}.`,
  )
}

function failAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing within ${ms / 1000} s`)), ms).unref()
  })
}

import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError, receiveErrorFrom } from './base/errors.ts'
import { credentialsIn, shownAddress, shownText } from './base/shown-address.ts'
import { within } from './base/within.ts'

/** Where stored files are told. Whatever it throws shows scheme, host and port of the address, and nothing else. */
export type Webhook = {
  /** Posts JSON, again after each of the pauses while it fails. Throws Error with one sentence. */
  post(body: string, retryAfterMs: readonly number[], signal: AbortSignal): Promise<void>
}

const ANSWER_WITHIN_MS = 10_000

/**
 * @param text http or https. A user and a password in it are sent as Basic authorization.
 * @param origins see `HooksConfig.webhookOrigins`.
 * @throws ReceiveError BAD_FLAGS for what is no such URL, or is at none of the origins.
 */
export function toWebhook(text: string, origins: string | undefined): Webhook {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new ReceiveError(
      'BAD_FLAGS',
      `--webhook takes a URL that begins with http:// or https://, not ${shownText(text)}.`,
    )
  mustBeAllowed(url, origins)
  const headers = { 'content-type': 'application/json', ...authorizationOf(url) }
  const shown = shownAddress(url)
  // fetch takes no address with a user in it, and tells all of it when it refuses one.
  url.username = ''
  url.password = ''
  return {
    async post(body, retryAfterMs, signal) {
      for (let tried = 0; ; tried++) {
        const failure = await failureOf(url, { headers, body }, signal)
        if (failure === undefined) return
        const pauseMs = signal.aborted ? undefined : retryAfterMs[tried]
        if (pauseMs === undefined) throw new Error(`The webhook at ${shown} failed: ${failure}.`)
        await delay(pauseMs, undefined, { signal })
      }
    },
  }
}

/**
 * Posts once, to this very address: an answer that leads elsewhere would tell others what arrives here. Answers why
 * that failed, in our own words: what others say may repeat the address, and a log would write out what caused an
 * error.
 */
async function failureOf(
  url: URL,
  asked: Pick<RequestInit, 'headers' | 'body'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  let isLate = false
  try {
    const response = await within(ANSWER_WITHIN_MS, signal, (soon) => {
      soon.addEventListener('abort', () => (isLate = true))
      return fetch(url, { ...asked, method: 'POST', redirect: 'manual', signal: soon })
    })
    await response.body?.cancel()
    if (response.ok) return undefined
    const isElsewhere = response.status >= 300 && response.status < 400
    return `it answered ${response.status}${isElsewhere ? ', and is followed nowhere else' : ''}`
  } catch (error) {
    if (signal.aborted) return 'the receiver is closing'
    if (isLate) return `it took longer than ${ANSWER_WITHIN_MS / 1000} s`
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
    return `it did not answer (${code ?? 'not in HTTP'})`
  }
}

function authorizationOf(url: URL): { readonly authorization?: string } {
  try {
    const credentials = credentialsIn(url)
    if (credentials === undefined) return {}
    const { user, password } = credentials
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
  } catch (error) {
    const sentence = '--webhook: user and password in the URL have to be percent-encoded; write % as %25.'
    throw receiveErrorFrom(error, 'BAD_FLAGS', sentence)
  }
}

/**
 * An origin is a scheme, a host and a port, and only the very same one is allowed: no path, no wildcard, no other port.
 */
function mustBeAllowed({ origin }: URL, origins: string | undefined): void {
  if (origins === undefined) return
  const allowed = origins.split(',').map((text) => {
    const given = text.trim()
    const url = URL.canParse(given) ? new URL(given) : undefined
    if (url?.origin === given) return given
    const shown = /^https?:\/\/[\w.:[\]-]+$/.test(given) ? `"${given}"` : shownText(given)
    throw new ReceiveError('BAD_FLAGS', `--webhook-origins takes origins like https://hooks.example, not ${shown}.`)
  })
  if (!allowed.includes(origin))
    throw new ReceiveError('BAD_FLAGS', `--webhook is at ${origin}, which is none of --webhook-origins.`)
}

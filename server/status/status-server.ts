import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { receiveErrorFrom } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { brisk, limitConnections } from './door.ts'
import { metricsOf } from './metrics.ts'
import { SCRIPT, STYLE, statusPage } from './page.ts'
import type { StatusAddress } from './status-address.ts'
import type { Watched } from './watched.ts'

/** A page about a receiver, and figures about it for Prometheus. */
export interface StatusServer {
  /** The port it really listens on. */
  readonly port: number
  /** From now on `/healthz` tells that no new uploads are taken. */
  drain(): void
  close(): Promise<void>
}

type Answer = { readonly type: string; readonly body: string; readonly status?: number }

/**
 * @param address without a token whoever is on the same computer may look; with one, whoever shows it, from anywhere.
 * @param maxConnections at the same time, half of them from one address.
 * @throws ReceiveError BUSY when the port cannot be had.
 */
export async function startStatusServer(
  { host, port, token }: StatusAddress,
  watched: Watched,
  maxConnections: number,
  onUnexpected: OnUnexpected,
): Promise<StatusServer> {
  const metrics = metricsOf(watched)
  let draining = false
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/': async () => ({ type: 'text/html; charset=utf-8', body: statusPage(await watched.look()) }),
    '/status.css': async () => ({ type: 'text/css; charset=utf-8', body: STYLE }),
    '/status.js': async () => ({ type: 'text/javascript; charset=utf-8', body: SCRIPT }),
    '/metrics': async () => ({ type: metrics.contentType, body: await metrics.metrics() }),
    '/healthz': async () => ({
      type: 'text/plain; charset=utf-8',
      body: draining ? 'draining\n' : 'ok\n',
      status: draining ? 503 : 200,
    }),
  }

  async function answer({ method, url, headers }: IncomingMessage): Promise<Answer> {
    const pathname = pathIn(url ?? '/')
    // A page of another site can make a browser send requests here under its own host name, but it has no token.
    if (token === undefined && !isOwnName(headers.host))
      return textAnswer(403, 'This page answers to the name of this computer only.')
    // Whoever spreads calls asks whether there is somebody, and has no token.
    if (token !== undefined && pathname !== '/healthz' && !shows(headers.authorization, token))
      return textAnswer(401, 'Show the token of this page, as the password or as a bearer token.')
    if (pathname === undefined) return textAnswer(400, 'That is no path of a page.')
    if (method !== 'GET' && method !== 'HEAD') return textAnswer(405, 'Only GET and HEAD.')
    if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0')
      return textAnswer(413, 'Ask without a body.')
    const known = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined
    return known === undefined ? textAnswer(404, 'There is no such page.') : known()
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answered = await answer(request).catch((error: unknown) => {
      onUnexpected(error)
      return textAnswer(500, 'The receiver cannot tell now.')
    })
    // The rest of a refused request is not waited for.
    if ((answered.status ?? 200) >= 400) response.shouldKeepAlive = false
    send(response, answered, request.method === 'HEAD')
  }

  const server = createServer(brisk, (request, response) => void serve(request, response))
  limitConnections(server, maxConnections)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(receiveErrorFrom(error, 'BUSY', `--status-port ${port} cannot be had: ${error.message}.`)),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    drain() {
      draining = true
    },
    async close() {
      watched.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The path of a request; undefined for a target that is none, such as `//[`. A proxy may name the whole address. */
function pathIn(target: string): string | undefined {
  const url = /^\/(?!\/)/.test(target) ? `http://receiver${target}` : target
  return /^https?:/i.test(url) && URL.canParse(url) ? new URL(url).pathname : undefined
}

function textAnswer(status: number, sentence: string): Answer {
  return { type: 'text/plain; charset=utf-8', body: `${sentence}\n`, status }
}

function send(response: ServerResponse, { type, body, status = 200 }: Answer, isHead: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...(status === 401 && { 'www-authenticate': 'Basic realm="Longshore receiver", charset="UTF-8"' }),
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  response.end(isHead ? undefined : body)
}

function isOwnName(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '')
}

/** As `Bearer token`, which programs send, or as the password of a person whom the browser asks. */
function shows(authorization: string | undefined, token: string): boolean {
  const [, scheme = '', given = ''] = /^(bearer|basic) +(.*)$/i.exec(authorization ?? '') ?? []
  const shown =
    scheme.toLowerCase() === 'basic'
      ? Buffer.from(given, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : given
  return timingSafeEqual(digest(shown), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

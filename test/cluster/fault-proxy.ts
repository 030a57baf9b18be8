import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** A request to the object store, as far as a fault looks at it. */
export type S3Request = {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** How many requests came before. */
  readonly index: number
}

/** What goes wrong with a request; undefined when nothing does. */
export type Fault =
  | undefined
  /** The store is not asked. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** The connection ends without an answer, after the store has done what it was asked, or instead. */
  | { readonly kind: 'cut'; readonly after: boolean }
  | { readonly kind: 'slow'; readonly ms: number }
  /** It takes the request and never says anything. */
  | { readonly kind: 'hang' }
  /** A byte of what is sent is another one when it arrives. */
  | { readonly kind: 'damage' }

export type FaultProxy = {
  readonly endpoint: string
  /** Every request that came, as `GET /bucket/key?query`. */
  readonly requests: readonly string[]
  /** How many connections were opened so far. */
  connections(): number
  /** Decides about each request from now on. */
  fault(decide: (request: S3Request) => Fault): void
}

/** Stands between a receiver and its object store. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: string[] = []
  let connections = 0
  let decide: (request: S3Request) => Fault = () => undefined
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const fault = decide({ method, url, headers, index: requests.length })
    requests.push(`${method} ${url}`)
    void pass(new URL(target), incoming, outgoing, fault)
  })
  server.on('connection', () => {
    connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => closed(server))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    fault(decideNow) {
      decide = decideNow
    },
  }
}

async function pass(target: URL, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): Promise<void> {
  const blocks: Buffer[] = []
  // The store would wait for the body that the SDK holds back until it is told to go on, and the proxy tells it itself.
  for await (const block of incoming) blocks.push(block)
  const body = Buffer.concat(blocks)
  if (fault?.kind === 'answer') {
    outgoing.writeHead(fault.status, { 'content-type': 'application/xml' }).end(fault.body)
    return
  }
  if (fault?.kind === 'cut' && !fault.after) {
    incoming.socket.destroy()
    return
  }
  if (fault?.kind === 'hang') return
  if (fault?.kind === 'slow') await delay(fault.ms)
  if (fault?.kind === 'damage' && body.length > 0) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
  const { hostname, port } = target
  const { method, url, headers } = incoming
  const { expect: _, ...others } = headers
  const asked = request({ hostname, port, method, path: url, headers: others }, (answer) => {
    if (fault?.kind === 'cut') {
      answer.resume().once('end', () => incoming.socket.destroy())
      return
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  asked.once('error', () => incoming.socket.destroy())
  asked.end(body)
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** As S3 says it. */
export function s3Error(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>made for a test</Message></Error>`
}

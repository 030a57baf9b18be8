import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Fingerprint, fingerprintOf, RECEIVER_CERTIFICATE_NAME } from '../../../proto/identity.ts'
import { unreachable } from '../base/errors.ts'
import { hostAndPort } from './route.ts'

/**
 * What answers at an address. Of these only `tls` says who it is; whether to believe it is for the caller to decide.
 */
export type Probe =
  | { readonly kind: 'tls'; readonly certificateDer: Buffer; readonly fingerprint: Fingerprint }
  /** It speaks the language of receivers, without encryption. */
  | { readonly kind: 'plaintext' }
  | { readonly kind: 'not-a-receiver' }

/** A receiver greets within a round trip or two; one that says nothing for this long hangs, ms. */
const ANSWER_WITHIN_MS = 5000

/** HTTP/2's greeting: its preface and empty settings. */
const GREETING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
])
const FRAME_HEADER_BYTES = 9
const SETTINGS_FRAME = 4
/** The other side knows TLS, but not HTTP/2. */
const NO_COMMON_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
/** What a TLS server answers to a greeting without TLS begins with this: an alert. */
const TLS_ALERT = 0x15

/**
 * Looks at what listens at `address` (`host:port`), and disconnects. It may look at a certificate that nobody trusts,
 * because it sends nothing but the greeting of HTTP/2. Fails with UNREACHABLE, or with the reason of `signal`.
 */
export async function probe(address: string, signal: AbortSignal): Promise<Probe> {
  return (await greetEncrypted(address, signal)) ?? (await greetInTheOpen(address, signal))
}

/** Undefined when it does not understand TLS. */
function greetEncrypted(address: string, signal: AbortSignal): Promise<Probe | undefined> {
  const socket = connectTls({
    ...hostAndPort(address),
    servername: RECEIVER_CERTIFICATE_NAME,
    ALPNProtocols: ['h2'],
    // The one place that looks at a certificate without trusting it: who listens there is the question.
    rejectUnauthorized: false,
  })
  return lookAt<Probe | undefined>(socket, signal, (answer, fail) => {
    let connected = false
    socket.once('connect', () => {
      connected = true
    })
    socket.once('secureConnect', () => {
      const certificateDer = socket.getPeerX509Certificate()?.raw
      if (socket.alpnProtocol !== 'h2' || certificateDer === undefined) answer({ kind: 'not-a-receiver' })
      else answer({ kind: 'tls', certificateDer, fingerprint: fingerprintOf(certificateDer) })
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!connected) fail(unreachable(error))
      else answer(error.code === NO_COMMON_PROTOCOL ? { kind: 'not-a-receiver' } : undefined)
    })
    socket.once('close', () => answer(undefined))
  })
}

function greetInTheOpen(address: string, signal: AbortSignal): Promise<Probe> {
  const socket = connectTcp(hostAndPort(address))
  return lookAt<Probe>(socket, signal, (answer, fail) => {
    let heard = Buffer.alloc(0)
    socket.once('connect', () => socket.write(GREETING))
    socket.on('data', (data) => {
      heard = Buffer.concat([heard, data])
      if (heard.length < FRAME_HEADER_BYTES) return
      const isSettings = heard[3] === SETTINGS_FRAME && heard.readUInt32BE(5) === 0
      answer({ kind: isSettings ? 'plaintext' : 'not-a-receiver' })
    })
    socket.on('error', (error) => fail(unreachable(error)))
    // It speaks TLS after all, so the first greeting failed by accident.
    const brokeOff = () => heard.length === 0 || heard[0] === TLS_ALERT
    socket.once('close', () => (brokeOff() ? fail(unreachable()) : answer({ kind: 'not-a-receiver' })))
  })
}

/** Gives the socket to `look` until that settles, and closes the socket in any case. */
async function lookAt<T>(
  socket: Socket,
  signal: AbortSignal,
  look: (answer: (value: T) => void, fail: (error: unknown) => void) => void,
): Promise<T> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS)
  let giveUp: (() => void) | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      giveUp = () => reject(signal.aborted ? signal.reason : unreachable(late.reason))
      for (const reason of [signal, late]) reason.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      look(resolve, reject)
    })
  } finally {
    if (giveUp) for (const reason of [signal, late]) reason.removeEventListener('abort', giveUp)
    // Late errors of the socket do not matter, but without a listener they would end the process; `look` has removed
    // its own.
    socket.destroy()
  }
}

import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { accessError, identityChanged } from '../../main/engine/base/errors.ts'
import type { Route, Security } from '../../main/engine/engine.ts'
import { probe } from '../../main/engine/net/probe.ts'
import { readReceiverAddress } from '../../main/engine/net/receiver-address.ts'
import { type Fingerprint, fingerprintOf, readFingerprint } from '../../proto/identity.ts'
import { type PairingLink, readPairingLink } from '../../proto/pairing.ts'
import { environment } from '../shared/environment.ts'
import { UsageError } from '../shared/usage-error.ts'
import { type KnownReceiver, openKnownReceivers } from './known-receivers.ts'
import type { TrustOptions } from './trust-options.ts'

/** The receiver that a command line means. */
export type ReceiverChoice = {
  /** Stands for the receiver in the engine, and the same one in the next run. */
  readonly receiver: string
  readonly route: Route
  /** Hears of a certificate that took the place of the pinned one. */
  onSuccession(certificatePem: string): void
}

/**
 * Finds the way to the receiver that is meant. Throws UsageError when the command line does not say enough or
 * contradicts itself; with `--fingerprint` it looks the certificate up, and fails with the engine's errors when it does
 * not find it.
 */
export async function chooseReceiver(options: TrustOptions, warn: (message: string) => void): Promise<ReceiverChoice> {
  const { plaintext, fingerprint, ca } = options
  const given = Object.entries({ plaintext, fingerprint, ca, tokenFile: options.tokenFile }).filter(
    ([, value]) => value,
  )
  if (plaintext && given.length > 1)
    throw new UsageError('--plaintext goes with none of --fingerprint, --ca and --token-file.')
  if (fingerprint !== undefined && ca !== undefined) throw new UsageError('--fingerprint and --ca exclude each other.')
  const link = linkIn(options.to)
  const asked = { to: options.to, link, address: () => addressIn(options.to, link) }
  if (plaintext) return unnamed({ address: asked.address(), security: { kind: 'plaintext' } })

  const token = readToken(options.tokenFile ?? environment.tokenFile(), warn)
  if (ca !== undefined) {
    return unnamed({ address: asked.address(), security: { kind: 'authority', ...readAuthorities(ca), ...token } })
  }
  if (fingerprint !== undefined) {
    const expected = readFingerprint(fingerprint)
    if (expected === undefined)
      throw new UsageError(`--fingerprint takes sha256: and 64 hexadecimal digits, got “${fingerprint}”.`)
    const address = asked.address()
    const certificatePem = await certificateAt(address, expected)
    return unnamed({ address, security: { kind: 'pinned', certificatePem, ...token } })
  }
  return knownReceiver(asked, options.stateDir, token, warn)
}

type Asked = { readonly to: string; readonly link: PairingLink | undefined; address(): string }

function knownReceiver(
  { to, link, address }: Asked,
  stateDirectory: string,
  token: { readonly token?: string },
  warn: (message: string) => void,
): ReceiverChoice {
  const known = openKnownReceivers(stateDirectory, warn)
  const found = findKnown(known.list(), to, link, address)
  if (found === undefined) {
    const where = link === undefined ? to : link.address
    throw new UsageError(
      `not paired with “${where}”: run longshore pair ${address()} first, or add --plaintext to send without encryption.`,
    )
  }
  const { name, certificatePem, authority } = found
  const trust =
    authority === undefined ? { kind: 'pinned' as const, certificatePem } : { kind: 'authority' as const, ...authority }
  const security: Security = { ...trust, token: found.token, ...token }
  return {
    receiver: name,
    // A link may be newer than the pairing.
    route: { address: link?.address ?? found.address, security },
    onSuccession: (pem) => known.repin(name, pem, fingerprintOf(new X509Certificate(pem).raw)),
  }
}

/**
 * Found by the name that the person gave it; else by the identity in a link; else by its address, and then the one that
 * was paired last.
 */
function findKnown(
  known: readonly KnownReceiver[],
  to: string,
  link: PairingLink | undefined,
  address: () => string,
): KnownReceiver | undefined {
  if (link?.fingerprint !== undefined) return known.find(({ fingerprint }) => fingerprint === link.fingerprint)
  const named = link === undefined ? known.find(({ name }) => name === to) : undefined
  return named ?? (known.length === 0 ? undefined : known.findLast((one) => one.address === address()))
}

function unnamed(route: Route): ReceiverChoice {
  return { receiver: route.address, route, onSuccession: () => undefined }
}

/** A link on the command line; every user of the machine can read those, so one with a code is refused. */
export function linkIn(text: string): PairingLink | undefined {
  if (!/^\s*longshore:/i.test(text)) return undefined
  const link = readPairingLink(text)
  if (link === undefined) throw new UsageError('that is not a complete pairing link.')
  if (link.code === undefined) return link
  throw new UsageError(
    'a pairing link with a code does not belong on a command line, where others can read it. Run longshore pair, and paste it when asked.',
  )
}

function addressIn(text: string, link: PairingLink | undefined): string {
  const read = readReceiverAddress(link?.address ?? text)
  if (read.kind === 'refused') throw new UsageError(`--to: ${read.message}`)
  return read.address
}

async function certificateAt(address: string, expected: Fingerprint): Promise<string> {
  // Takes seconds at most, so only the end of the program interrupts it.
  const found = await probe(address, new AbortController().signal)
  if (found.kind === 'plaintext') throw accessError('NOT_ENCRYPTED')
  if (found.kind === 'not-a-receiver') throw accessError('NOT_A_RECEIVER')
  if (found.fingerprint !== expected) throw identityChanged(expected, found.fingerprint)
  return new X509Certificate(found.certificateDer).toString()
}

/** Reads a token; it is a secret, so nothing of it is repeated in a sentence. */
function readToken(file: string | undefined, warn: (message: string) => void): { readonly token?: string } {
  if (file === undefined) return {}
  const token = readGiven('the token file', file).trim()
  if (!/^[\w.-]+$/.test(token)) throw new UsageError(`${file} does not hold a token.`)
  const othersMayRead = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  if (othersMayRead) warn(`others can read ${file}; chmod 600 keeps the token to you.`)
  return { token }
}

/** What `--ca` says. Throws UsageError for a file that holds no certificate. */
export function readAuthorities(ca: string): { readonly caPem?: string } {
  return ca === 'system' ? {} : { caPem: readCertificates(ca) }
}

function readCertificates(file: string): string {
  const pem = readGiven('--ca', file)
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new UsageError(`--ca: ${file} holds no certificate in PEM form.`)
  return pem
}

function readGiven(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UsageError(`${what}: cannot read ${file} (${(cause as NodeJS.ErrnoException).code}).`, { cause })
  }
}

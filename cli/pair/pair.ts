import { UploadError } from '../../main/engine/base/errors.ts'
import { type Paired, type PairingTarget, pair } from '../../main/engine/net/pair.ts'
import { readReceiverAddress } from '../../main/engine/net/receiver-address.ts'
import type { Fingerprint } from '../../proto/identity.ts'
import { MAX_DEVICE_NAME_CHARACTERS } from '../../proto/limits.ts'
import { type PairingLink, readPairingCode, readPairingLink } from '../../proto/pairing.ts'
import { printable } from '../../server/base/printable.ts'
import { environment } from '../shared/environment.ts'
import { UsageError } from '../shared/usage-error.ts'
import { type KnownReceiver, type KnownReceivers, openKnownReceivers } from './known-receivers.ts'
import { linkIn, readAuthorities } from './receiver-choice.ts'
import { readTypedLines, type TypedLines } from './typed-lines.ts'

/** What `pair` was asked for. */
export type PairOptions = {
  readonly name?: string
  readonly deviceName: string
  readonly ca?: string
  readonly stateDir: string
  readonly list?: true
  readonly forget?: string
}

const NOT_PAIRED = 1

/** Pairs, or shows or forgets what is paired; resolves with the exit status. */
export async function runPair(receiver: string | undefined, options: PairOptions): Promise<number> {
  const { ca, list, forget, stateDir } = options
  if ([receiver, list, forget].filter((use) => use !== undefined).length > 1) {
    throw new UsageError('pair takes one of a receiver, --list and --forget.')
  }
  if (ca !== undefined && (list || forget !== undefined)) {
    throw new UsageError(
      '--ca says how a receiver is trusted that is being paired; it goes with neither --list nor --forget.',
    )
  }
  const known = openKnownReceivers(stateDir, tell)
  if (list) return show(known)
  if (forget !== undefined) return forgetNamed(known, forget)
  return pairWith(receiver, options, known)
}

function show(known: KnownReceivers): number {
  for (const { name, address, fingerprint } of known.list()) {
    process.stdout.write(`${printable(name)}  ${address}  ${fingerprint}\n`)
  }
  return 0
}

function forgetNamed(known: KnownReceivers, name: string): number {
  if (!known.remove(name))
    throw new UsageError(`no paired receiver is called “${name}”; longshore pair --list shows them.`)
  process.stdout.write(
    `Forgot “${printable(name)}”. Revoke this computer on the receiver too, if others could have read its token.\n`,
  )
  return 0
}

async function pairWith(receiver: string | undefined, options: PairOptions, known: KnownReceivers): Promise<number> {
  const { deviceName } = options
  if (deviceName === '' || [...deviceName].length > MAX_DEVICE_NAME_CHARACTERS) {
    throw new UsageError(`--device-name takes 1 to ${MAX_DEVICE_NAME_CHARACTERS} characters, got “${deviceName}”.`)
  }
  const authority = options.ca === undefined ? undefined : readAuthorities(options.ca)
  known.prepare()
  const lines = readTypedLines()
  try {
    const link = { ...(await askForLink(receiver, lines)), ...(authority && { authority }) }
    const tokenFrom = (fingerprint: Fingerprint) => formerPairing(known, link, fingerprint)?.token
    const paired = await pair(link, { name: deviceName, tokenFrom }, new AbortController().signal)
    const name = nameFor(paired, link.address, options.name, known)
    const { certificatePem, fingerprint, token, deviceId, receiverId } = paired
    known.add({
      name,
      address: link.address,
      fingerprint,
      certificatePem,
      token,
      deviceId,
      receiverId,
      ...(authority && { authority }),
    })
    process.stdout.write(`Paired with “${name}” at ${link.address}, ${fingerprint}.\n`)
    process.stdout.write(`Send to it: longshore send --to '${name.replaceAll("'", `'\\''`)}' FILE…\n`)
    return 0
  } catch (error) {
    if (!(error instanceof UploadError)) throw error
    tell(error.message)
    return NOT_PAIRED
  } finally {
    lines.close()
  }
}

/** A receiver with an issued certificate is the same one with every certificate for its name. */
function formerPairing(known: KnownReceivers, { address, authority }: PairingTarget, fingerprint: Fingerprint) {
  const isSame = (one: KnownReceiver) =>
    one.fingerprint === fingerprint ||
    (authority !== undefined && one.authority !== undefined && one.address === address)
  return known.list().findLast(isSame)
}

/**
 * Puts together where the receiver is and what its code is, from the command line, the environment and what is typed.
 */
async function askForLink(
  receiver: string | undefined,
  lines: TypedLines,
): Promise<PairingLink & { readonly code: string }> {
  const place = receiver === undefined ? readPlace(await askForPlace(lines)) : (linkIn(receiver) ?? readPlace(receiver))
  if (place.code !== undefined) return { ...place, code: place.code }
  const typed = environment.pairCode() ?? (await lines.ask('Code: ', 'no code was given; the receiver shows one.'))
  const code = readPairingLink(typed)?.code ?? readPairingCode(typed)
  if (code === undefined)
    throw new UsageError('that is not a pairing code: it has 16 letters and digits, as in 7F3K-9QWD-2M8X-C4TB.')
  return { ...place, code }
}

function askForPlace(lines: TypedLines): Promise<string> {
  return lines.ask(
    'Pairing link, or host:port of the receiver: ',
    'no receiver was given; name one, or paste its pairing link when asked.',
  )
}

function readPlace(typed: string): PairingLink {
  if (/^longshore:/i.test(typed)) {
    const link = readPairingLink(typed)
    if (link === undefined) throw new UsageError('that is not a complete pairing link.')
    return link
  }
  const read = readReceiverAddress(typed)
  if (read.kind === 'refused') throw new UsageError(read.message)
  return { address: read.address }
}

/**
 * A name of its own: what the person wants, else what the receiver calls itself, numbered when another one is called
 * that already.
 */
function nameFor(
  { receiverName, receiverId }: Paired,
  address: string,
  wanted: string | undefined,
  known: KnownReceivers,
) {
  const taken = new Set(known.list().flatMap((one) => (one.receiverId === receiverId ? [] : one.name)))
  const name =
    printable(wanted ?? receiverName)
      .trim()
      .slice(0, MAX_DEVICE_NAME_CHARACTERS) || address
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name} (${number})`
    if (!taken.has(candidate)) return candidate
  }
}

function tell(message: string): void {
  process.stderr.write(`longshore: ${printable(message)}\n`)
}

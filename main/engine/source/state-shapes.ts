import { X509Certificate } from 'node:crypto'
import { lstat, open, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RECEIVER_CERTIFICATE_NAME } from '../../../proto/identity.ts'

/** Every name that a receiver may have given something in its state folder. */
const RECEIVER_NAMES: ReadonlySet<string> = new Set([
  'devices',
  'former-devices',
  'identity',
  'ledger',
  'listening.json',
  'occupants',
  'pairing.json',
  'parts',
  'received.jsonl',
  'receiver-id',
  'receiver.lock',
  'replacing',
  'small',
  'small-files.0',
  'small-files.1',
  'small-files.boot',
])

/**
 * The mark in the folder where the terminal program keeps `receivers.json` and `sends`. A person may keep other things
 * there, too.
 */
export const SENDER_MARK = {
  name: '.longshore-sender',
  text: 'Longshore keeps private state in this folder: receivers.json and sends. They are never sent.\n',
} as const

/** The names that tell the kinds of state folders; whoever looks at a folder needs to know which of them are there. */
export const TELLING_NAMES: readonly string[] = [
  ...RECEIVER_NAMES,
  '.longshore',
  SENDER_MARK.name,
  'receivers.json',
  'sends',
  'settings.json',
  'uploads.json',
]

/** A file is looked at up to here, bytes. Of a longer one the end tells, too. */
const LOOK_BYTES = 64 * 1024

/**
 * What receivers keep under each name, and how it must look to count: another folder may use the same names. Two of
 * them make a state folder.
 */
const receiverSigns: Readonly<Record<string, (path: string) => Promise<boolean>>> = {
  identity: (path) => holds(join(path, 'identity.pem'), /-----BEGIN PRIVATE KEY-----/),
  devices: (path) => hasOneNamed(path, /^[0-9a-f]{16}\.json$/),
  'former-devices': (path) => hasOneNamed(path, /^[0-9a-f]{16}\.json$/),
  ledger: (path) => holds(join(path, 'CURRENT'), /^MANIFEST-\d+/),
  'listening.json': (path) => holds(path, /^\{.*"fingerprint":"sha256:/s),
  'pairing.json': isPairingCode,
  parts: (path) => hasOneNamed(path, /^[0-9a-f]{32}\.part$/),
  'received.jsonl': (path) => holds(path, /^\{"path":.*"finishedAt":/),
  'receiver-id': (path) => holds(path, /^[0-9a-f]{32}\n?$/),
  'receiver.lock': (path) => holds(path, /^\{"pid":\d+/),
  'small-files.0': isFile,
}

/** What a receiver keeps beside the files that it receives. */
const RECEIVER_STATE = '.longshore'

/** Whether this is the state folder of a receiver; `names` are those that are in it. */
export async function isReceiverState(path: string, names: ReadonlySet<string>): Promise<boolean> {
  const present = Object.keys(receiverSigns).filter((name) => names.has(name))
  if (present.length === 0) return false
  const isNamedSo = basename(path).toLowerCase() === RECEIVER_STATE
  if (isNamedSo && (await isEmptyState(path, names))) return true
  const signs = await Promise.all(present.map((name) => receiverSigns[name]?.(join(path, name))))
  return signs.filter(Boolean).length >= (isNamedSo ? 1 : 2)
}

/** The secrets in a folder: a pairing code, and the key of a certificate that a receiver made for itself. */
export async function receiverSecretsIn(path: string, names: readonly string[]): Promise<readonly string[]> {
  const isSecret = async (name: string): Promise<boolean> => {
    if (name === 'pairing.json') return isPairingCode(join(path, name))
    return name === 'identity' && isReceiverKey(join(path, name, 'identity.pem'))
  }
  const candidates = ['identity', 'pairing.json'].filter((name) => names.includes(name))
  const secret = await Promise.all(candidates.map(isSecret))
  return candidates.filter((_, index) => secret[index])
}

function isPairingCode(path: string): Promise<boolean> {
  return holds(path, /^\{.*"wrongTries":/s)
}

/** Whether a receiver receives into this folder. */
export async function isReceivingFolder(path: string, names: ReadonlySet<string>): Promise<boolean> {
  if (!names.has(RECEIVER_STATE)) return false
  const state = join(path, RECEIVER_STATE)
  return isReceiverState(state, new Set(await namesIn(state)))
}

/** Whether this name in the state folder of a receiver is one of the receiver's own. */
export function isReceiverName(name: string): boolean {
  return RECEIVER_NAMES.has(name)
}

/** Whether the desktop app keeps its state here: at least two of its lists, marked as its own. */
export async function isDesktopState(path: string, names: ReadonlySet<string>): Promise<boolean> {
  const lists = ['settings.json', 'receivers.json', 'uploads.json'].filter((name) => names.has(name))
  if (lists.length < 2) return false
  const signed = await Promise.all(
    lists.map(async (name) => (await holds(join(path, name), /"writtenBy"/)) && holds(join(path, name), /"version"/)),
  )
  return signed.filter(Boolean).length >= 2
}

/**
 * The names in a folder that belong to the terminal program. Where its mark is, its names are enough; elsewhere their
 * content has to look like its own.
 */
export async function sendersNamesIn(path: string, names: readonly string[]): Promise<readonly string[]> {
  const candidates = names.filter(maySendersBe)
  if (candidates.length === 0) return []
  if (names.includes(SENDER_MARK.name) && (await holds(join(path, SENDER_MARK.name), /^Longshore keeps private state/)))
    return candidates
  const found = await Promise.all(candidates.map(async (name) => ((await isSenders(join(path, name))) ? [name] : [])))
  return found.flat()
}

function maySendersBe(name: string): boolean {
  return (
    name === 'sends' || name === SENDER_MARK.name || name === 'receivers.json' || name.startsWith('receivers.json.')
  )
}

async function isSenders(path: string): Promise<boolean> {
  if (basename(path).startsWith('receivers.json'))
    return holds(path, /^(?=.*"certificatePem":)(?=.*"(sealedT|t)oken":)/s)
  const names = await namesIn(path)
  return names.length > 0 && names.every((name) => /^[0-9a-f]{32}\.json(\.new|\.lock|\.corrupt-\d+)?$/.test(name))
}

/** A receiver that keeps its identity elsewhere and has received nothing leaves only this. */
async function isEmptyState(path: string, names: ReadonlySet<string>): Promise<boolean> {
  if (![...names].every(isReceiverName) || !names.has('received.jsonl') || !names.has('parts')) return false
  const [log, parts] = await Promise.all([isFile(join(path, 'received.jsonl')), isFile(join(path, 'parts'))])
  return log && !parts
}

async function isReceiverKey(path: string): Promise<boolean> {
  if (!(await holds(path, /PRIVATE KEY-----/))) return false
  const pem = await readFile(path, 'latin1').catch(unlessUnreadable)
  return pem !== undefined && isReceiverIdentity(pem)
}

/** Whether this is a private key with a certificate that a receiver made for itself, in whatever order. */
export function isReceiverIdentity(pem: string): boolean {
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) return false
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return certificates.some(isReceiverCertificate)
}

function isReceiverCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject === `CN=${RECEIVER_CERTIFICATE_NAME}`
  } catch {
    // It is no certificate.
    return false
  }
}

async function isFile(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(unlessUnreadable)
  return stats?.isFile() === true
}

/** Whether the beginning and the end of a file, one after the other, look like this. */
async function holds(path: string, looks: RegExp): Promise<boolean> {
  if (!(await isFile(path))) return false
  const file = await open(path).catch(unlessUnreadable)
  try {
    const size = (await file?.stat())?.size ?? 0
    const head = await file?.read(Buffer.alloc(Math.min(size, LOOK_BYTES)), 0, undefined, 0)
    const tailBytes = Math.min(Math.max(size - LOOK_BYTES, 0), LOOK_BYTES)
    const tail = await file?.read(Buffer.alloc(tailBytes), 0, undefined, size - tailBytes)
    return looks.test(`${head?.buffer.toString() ?? ''}${tail?.buffer.toString() ?? ''}`)
  } catch (error) {
    unlessUnreadable(error as NodeJS.ErrnoException)
    return false
  } finally {
    await file?.close()
  }
}

async function hasOneNamed(path: string, looks: RegExp): Promise<boolean> {
  return (await namesIn(path)).some((name) => looks.test(name))
}

async function namesIn(path: string): Promise<readonly string[]> {
  return (await readdir(path).catch(unlessUnreadable)) ?? []
}

/** A path that cannot be read cannot be sent either; whoever tries to send it reports why. */
export function unlessUnreadable(error: NodeJS.ErrnoException): undefined {
  if (error.code === undefined) throw error
}

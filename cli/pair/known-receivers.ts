import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Fingerprint, readFingerprint } from '../../proto/identity.ts'
import { OTHERS_ALL, OTHERS_WRITE } from '../../server/state-folder/doubt.ts'
import { isRoot, thisUser } from '../../server/state-folder/owner.ts'
import { lookAtPrivateSync } from '../../server/state-folder/private-file.ts'
import { UsageError } from '../shared/usage-error.ts'

/** A receiver that this computer is paired with. */
export type KnownReceiver = {
  /** What the person calls it; no two have the same. */
  readonly name: string
  /** `host:port`, as it was when they were paired. */
  readonly address: string
  readonly fingerprint: Fingerprint
  readonly certificatePem: string
  /**
   * Its certificate was issued by an authority: one of those in `caPem`, or else of the system. Then its name is
   * trusted, and `fingerprint` is only the one that it had when it was paired. Absent: the certificate is pinned.
   */
  readonly authority?: { readonly caPem?: string }
  /** Secret: whoever has it may send as this computer. */
  readonly token: string
  readonly deviceId: string
  readonly receiverId: string
}

/**
 * The paired receivers of one user, in a file that only this user may read. Every call reads it anew, so that programs
 * do not undo each other's changes.
 */
export type KnownReceivers = {
  /** In the order they were paired. Throws UsageError when the file is somebody else's, or others can change it. */
  list(): readonly KnownReceiver[]
  /** Makes sure that a token can be kept here. Throws UsageError when others could change what is kept. */
  prepare(): void
  /** Adds a receiver in the place of every earlier pairing with the same name, or the same receiver. */
  add(receiver: KnownReceiver): void
  /** False when there is none of this name. */
  remove(name: string): boolean
  /** Another certificate took the place of the one that was pinned. */
  repin(name: string, certificatePem: string, fingerprint: Fingerprint): void
}

const VERSION = 1
const OWNER_ONLY = 0o600
const KEEPS_NONE = 'its file system keeps no permissions, name a folder on another one with --state-dir'

/**
 * Prepares the file in `stateDirectory`; nothing is read or made before it is needed. `warn` hears what became of a
 * damaged file.
 */
export function openKnownReceivers(stateDirectory: string, warn: (message: string) => void): KnownReceivers {
  const file = join(stateDirectory, 'receivers.json')

  function write(receivers: readonly KnownReceiver[]): void {
    renameSync(drafted(`${JSON.stringify({ version: VERSION, receivers }, undefined, 2)}\n`), file)
  }

  function drafted(text: string): string {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}.new`
    rmSync(draft, { force: true })
    writeFileSync(draft, text, { mode: OWNER_ONLY, flush: true, flag: 'wx' })
    keepOwner(draft)
    if ((statSync(draft).mode & OTHERS_WRITE) === 0 || thisUser() === undefined) return draft
    rmSync(draft)
    throw new UsageError(`others can change what is kept in ${stateDirectory}, because ${KEEPS_NONE}.`)
  }

  function list(): readonly KnownReceiver[] {
    const text = textOf(file)
    if (text === undefined) return []
    closeToOthers(file, warn)
    const { version, receivers } = parsed(text)
    if (typeof version === 'number' && version > VERSION) {
      throw new UsageError(`${file} was written by a newer Longshore, which is needed to use it.`)
    }
    if (Array.isArray(receivers) && receivers.every(isKnownReceiver)) return receivers
    const aside = `${file}.corrupt-${Date.now()}`
    renameSync(file, aside)
    warn(`the list of paired receivers was damaged and set aside as ${aside}; pair again.`)
    return []
  }

  return {
    list,
    prepare: () => rmSync(drafted('')),
    add(receiver) {
      const others = list().filter(
        ({ name, receiverId }) => name !== receiver.name && receiverId !== receiver.receiverId,
      )
      write([...others, receiver])
    },
    remove(name) {
      const before = list()
      const after = before.filter((known) => known.name !== name)
      if (after.length < before.length) write(after)
      return after.length < before.length
    },
    repin(name, certificatePem, fingerprint) {
      write(list().map((known) => (known.name === name ? { ...known, certificatePem, fingerprint } : known)))
    },
  }
}

function textOf(file: string): string | undefined {
  const folder = isRoot() ? statSync(dirname(file), { throwIfNoEntry: false }) : undefined
  const found = lookAtPrivateSync(file, folder && { folder: { uid: folder.uid, mode: 0 } })
  if (found.kind === 'doubtful') throw new UsageError(`${found.why} If ${KEEPS_NONE}.`)
  return found.kind === 'text' ? found.text : undefined
}

/** The administrator may use the receivers of a user, who must be able to read them afterwards. */
function keepOwner(draft: string): void {
  const { uid, gid } = statSync(dirname(draft))
  if (isRoot() && uid !== 0) chownSync(draft, uid, gid)
}

/** Copies and backups may have left it open. */
function closeToOthers(file: string, warn: (message: string) => void): void {
  const isOpen = () => thisUser() !== undefined && (statSync(file).mode & OTHERS_ALL) !== 0
  if (!isOpen()) return
  try {
    chmodSync(file, OWNER_ONLY)
  } catch (error) {
    if (!(error instanceof Error)) throw error
  }
  warn(
    isOpen()
      ? `others can read the tokens in ${file}, because ${KEEPS_NONE}.`
      : `others could read the tokens in ${file}; it is closed to them now. Pair again if somebody did.`,
  )
}

/** What is no JSON object has none of the fields. */
function parsed(text: string): { readonly version?: unknown; readonly receivers?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function isKnownReceiver(value: unknown): value is KnownReceiver {
  const { name, address, fingerprint, certificatePem, token, deviceId, receiverId } = (value ?? {}) as KnownReceiver
  const texts = [name, address, fingerprint, certificatePem, token, deviceId, receiverId]
  return (
    texts.every((text) => typeof text === 'string') &&
    readFingerprint(fingerprint) !== undefined &&
    isAuthorityOrNone((value as KnownReceiver).authority)
  )
}

function isAuthorityOrNone(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  const { caPem }: { caPem?: unknown } = value
  return caPem === undefined || typeof caPem === 'string'
}

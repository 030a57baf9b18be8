import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fingerprint, readFingerprint } from '../proto/identity.ts'
import { UsageError } from './usage-error.ts'

/** A receiver that this computer is paired with. */
export type KnownReceiver = {
  /** What the person calls it; no two have the same. */
  readonly name: string
  /** `host:port`, as it was when they were paired. */
  readonly address: string
  readonly fingerprint: Fingerprint
  readonly certificatePem: string
  /**
   * Certificate authorities vouch for it, those in `caPem` alone or else the system's: then its name is what is trusted, and `fingerprint` only what it had
   * when they were paired. Absent: the certificate is pinned.
   */
  readonly authority?: { readonly caPem?: string }
  /** Secret: whoever has it may send as this computer. */
  readonly token: string
  readonly deviceId: string
  readonly receiverId: string
}

/** The paired receivers of one user, in a file that only this user may read. Every call reads it anew, so that programs do not undo each other's changes. */
export type KnownReceivers = {
  /** In the order they were paired. */
  list(): readonly KnownReceiver[]
  /** Adds a receiver in the place of every earlier pairing with the same name, or the same receiver. */
  add(receiver: KnownReceiver): void
  /** False when there is none of this name. */
  remove(name: string): boolean
  /** Another certificate took the place of the one that was pinned. */
  repin(name: string, certificatePem: string, fingerprint: Fingerprint): void
}

const VERSION = 1
const OWNER_ONLY = 0o600

/** Prepares the file in `stateDirectory`; nothing is read or made before it is needed. `warn` hears what became of a damaged file. */
export function openKnownReceivers(stateDirectory: string, warn: (message: string) => void): KnownReceivers {
  const file = join(stateDirectory, 'receivers.json')

  function write(receivers: readonly KnownReceiver[]): void {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}.new`
    writeFileSync(draft, `${JSON.stringify({ version: VERSION, receivers }, undefined, 2)}\n`, {
      mode: OWNER_ONLY,
      flush: true,
    })
    renameSync(draft, file)
  }

  function list(): readonly KnownReceiver[] {
    const text = textOf(file)
    if (text === undefined) return []
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
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
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

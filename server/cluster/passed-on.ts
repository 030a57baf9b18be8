import { createHash, randomBytes } from 'node:crypto'
import { isSameProof } from '../../proto/pairing.ts'
import type { Caller, PassedOn } from '../calls/caller.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import { parsedObject } from '../state-folder/private-file.ts'
import type { NodeSecret } from './node-secret.ts'

/**
 * For whom one node asks another, and what: all of it is sealed, and nothing of it lets anybody in elsewhere, later, or
 * a second time.
 */
type Claims = {
  /** The caller as the node knows it that let it in; undefined when nobody is asked who they are. */
  readonly device?: KnownDevice | undefined
  /** The path of the call, for example `/filetransfer.FileTransferService/BeginUpload`. */
  readonly path: string
  /** See {@link uploadIn}. */
  readonly upload: string
  /** Where the node answers that is asked, host and port. */
  readonly to: string
  readonly atMs: number
  readonly once: string
}

/** A call travels so long at most, ms, and the clocks of two nodes differ by no more. */
const GOOD_FOR_MS = 60_000
const PURPOSE = 'passed on'

/** What a call is about, by its only or first message: whatever names an upload there. */
export function uploadIn(message: unknown): string {
  const { fileId = '', uploadKey = '' } = (message ?? {}) as { readonly fileId?: string; readonly uploadKey?: string }
  return createHash('sha256')
    .update(JSON.stringify([fileId, uploadKey]))
    .digest('base64url')
}

/** What stands in for the caller's token, which no node shows to another. */
export function sealed(
  secret: NodeSecret,
  caller: Caller,
  what: Pick<Claims, 'path' | 'upload' | 'to'>,
  nowMs: number,
): string {
  const claims: Claims = { ...what, device: knownDevice(caller), atMs: nowMs, once: randomBytes(12).toString('hex') }
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${text}.${secret.mac(PURPOSE, text)}`
}

/** Looks at what other nodes pass on to this one. */
export class PassedOnCheck {
  readonly #secret: NodeSecret
  readonly #ownAddress: string
  readonly #now: () => number
  /**
   * Seals that were used, each with the time when it is too old anyway, the oldest first. Only seals of other nodes are
   * here.
   */
  readonly #used = new Map<string, number>()

  /** @param now milliseconds since 1970. */
  constructor(secret: NodeSecret, ownAddress: string, now: () => number) {
    this.#secret = secret
    this.#ownAddress = ownAddress
    this.#now = now
  }

  /**
   * Who makes a call, when another node says so; undefined for what no node wrote, or one wrote for something else, and
   * for what is too old or was used.
   */
  passed(text: string, path: string): PassedOn | undefined {
    const [body = '', mac = ''] = text.split('.')
    if (!isSameProof(Buffer.from(this.#secret.mac(PURPOSE, body)), Buffer.from(mac))) return undefined
    const claims = parsedObject(Buffer.from(body, 'base64url').toString()) as unknown as Claims | undefined
    if (claims === undefined || claims.path !== path || claims.to !== this.#ownAddress) return undefined
    if (!this.#spend(claims)) return undefined
    const { device, upload } = claims
    return { caller: device === undefined ? { kind: 'anyone' } : { kind: 'device', device }, upload }
  }

  /** Answers true once, and not for what is too old. */
  #spend({ atMs, once }: Claims): boolean {
    const nowMs = this.#now()
    for (const [used, untilMs] of this.#used) {
      if (untilMs >= nowMs) break
      this.#used.delete(used)
    }
    if (!(Math.abs(nowMs - atMs) <= GOOD_FOR_MS) || this.#used.has(once)) return false
    this.#used.set(once, nowMs + 2 * GOOD_FOR_MS)
    return true
  }
}

/** Without fields that are for this receiver only, such as the digest of the token. */
function knownDevice(caller: Caller): KnownDevice | undefined {
  if (caller.kind !== 'device') return undefined
  const { id, name, folder, quotaBytes, mayOverwrite, expiresAtMs } = caller.device
  return {
    id,
    name,
    mayOverwrite,
    ...(folder !== undefined && { folder }),
    ...(quotaBytes !== undefined && { quotaBytes }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  }
}

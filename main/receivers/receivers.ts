import { type KnownReceiver, type ReceiverId, type ReceiverStanding, THIS_COMPUTER } from '../contract/receivers.ts'
import { UploadError } from '../engine/base/errors.ts'
import type { Route } from '../engine/engine.ts'
import type { Paired } from '../engine/net/pair.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { openStateFile, type StateFile } from '../state/state-file.ts'
import type { StateFormat } from '../state/state-format.ts'
import type { OpenStore } from '../state/state-store.ts'
import { type KeptReceiver, parseReceivers, pinnedFingerprint, readName } from './kept-receiver.ts'
import type { TokenSafe } from './token-safe.ts'

/**
 * The receivers that this computer knows, how each is protected, and the tokens they gave it. Tokens go to the engine
 * and into the safe, and nowhere else.
 */
export type Receivers = {
  /** For the window: all but the app's own. */
  list(): readonly KnownReceiver[]
  /** The known receiver that fits, the app's own among them. */
  find(fits: (receiver: KeptReceiver) => boolean): KeptReceiver | undefined
  /** The way to a receiver for the engine; throws an UploadError RECEIVER_FORGOTTEN when there is none any more. */
  routeTo(id: ReceiverId): Route
  /**
   * Keeps what a pairing gave; the certificate decides whether it was known before. `own`: it is the receiver inside
   * this app.
   */
  keepPaired(address: string, paired: Omit<Paired, 'receiverId'>, own?: boolean): Promise<KeptReceiver>
  /**
   * Makes a receiver known to which nothing is encrypted; its address is its id. One that is known there already is
   * left as it is.
   */
  keepPlaintext(address: string): KeptReceiver
  /** A name without anything to read in it is passed over. */
  rename(id: ReceiverId, name: string): void
  /** It is the same receiver, at another address. */
  move(id: ReceiverId, address: string): void
  /** The certificate that was pinned vouches for this one. */
  succeed(id: ReceiverId, certificatePem: string): void
  forget(id: ReceiverId): void
  /** What was seen of a receiver; holds until something else is seen, or the app closes. */
  report(id: ReceiverId, standing: ReceiverStanding): void
  flush(): void
}

type Kept = { readonly receivers: readonly KeptReceiver[]; readonly toldUnlocked: boolean }

const receiversFormat: StateFormat = { version: 1 }

export type ReceiversDeps = {
  readonly directory: string
  readonly openStore: OpenStore
  /** Version of the app. */
  readonly writtenBy: string
  readonly safe: TokenSafe
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
  readonly onChange: (receivers: readonly KnownReceiver[]) => void
}

/**
 * Opens the known receivers with their tokens. A token that cannot be read leaves its receiver known, but to be paired
 * again.
 */
export async function openReceivers(deps: ReceiversDeps): Promise<Receivers> {
  const { safe, notify, words = inEnglish, onChange } = deps
  const file: StateFile<Kept> = openStateFile({
    ...deps,
    name: 'receivers',
    holds: 'receivers',
    format: receiversFormat,
    parse(content) {
      const { receivers, rejected } = parseReceivers(content.receivers)
      return { value: { receivers, toldUnlocked: content.toldUnlocked === true }, rejectedParts: rejected }
    },
    content: () => ({ receivers: known, ...(toldUnlocked && { toldUnlocked }) }),
  })
  let known: readonly KeptReceiver[] = file.initial.receivers
  let toldUnlocked: boolean = file.initial.toldUnlocked
  const tokens = new Map<ReceiverId, string>()
  const standings = new Map<ReceiverId, ReceiverStanding>()
  for (const { id, security } of known) {
    if (security.kind !== 'pinned') continue
    const token = security.sealedToken === undefined ? undefined : await safe.unseal(security.sealedToken)
    if (token === undefined) standings.set(id, { kind: 'not-paired' })
    else tokens.set(id, token)
  }

  const find: Receivers['find'] = (fits) => known.find(fits)
  const byId = (id: ReceiverId) => find((receiver) => receiver.id === id)
  const list = () => known.filter(({ own }) => own === undefined).map(shown)

  function shown(receiver: KeptReceiver): KnownReceiver {
    const { id, name, address } = receiver
    const fingerprint = pinnedFingerprint(receiver)
    return { id, name, address, ...(fingerprint && { fingerprint }), standing: standings.get(id) ?? { kind: 'good' } }
  }

  function save(): void {
    file.save().catch((cause: unknown) => {
      // A full or read-only disk. The change holds for this run, and the next write carries it too.
      notify(words().receiversNotSaved(cause))
    })
    onChange(list())
  }

  function keep(receiver: KeptReceiver): KeptReceiver {
    known = byId(receiver.id)
      ? known.map((other) => (other.id === receiver.id ? receiver : other))
      : [...known, receiver]
    save()
    return receiver
  }

  function change(id: ReceiverId, patch: Partial<KeptReceiver>): void {
    const receiver = byId(id)
    if (receiver !== undefined) keep({ ...receiver, ...patch })
  }

  async function tellWhetherLocked(): Promise<void> {
    if (toldUnlocked || (await safe.isLocked())) return
    toldUnlocked = true
    notify(words().keysNotLocked)
  }

  return {
    list,
    find,
    routeTo(id) {
      const receiver = byId(id)
      if (receiver === undefined) throw forgotten()
      const { address, security } = receiver
      if (security.kind === 'plaintext') return { address, security }
      const token = tokens.get(id)
      const { kind, certificatePem } = security
      return { address, security: { kind, certificatePem, ...(token !== undefined && { token }) } }
    },
    async keepPaired(address, { certificatePem, fingerprint, token, deviceId, receiverName }, own = false) {
      const before =
        find((receiver) => pinnedFingerprint(receiver) === fingerprint) ??
        (own ? undefined : find((other) => other.address === address && other.security.kind === 'plaintext'))
      // The certificate is what cannot be claimed by another; after forgetting and pairing again, uploads find their
      // receiver by it.
      const id = before?.id ?? fingerprint
      const sealedToken = await safe.seal(token)
      tokens.set(id, token)
      standings.delete(id)
      if (sealedToken === undefined) notify(words().keyNotKept)
      else if (!own) await tellWhetherLocked()
      return keep({
        id,
        name: before?.name ?? readName(receiverName) ?? address,
        address,
        security: { kind: 'pinned', certificatePem, ...(sealedToken !== undefined && { sealedToken }) },
        ...(own && { own: { deviceId } }),
      })
    },
    keepPlaintext(address) {
      return byId(address) ?? keep({ id: address, name: address, address, security: { kind: 'plaintext' } })
    },
    rename(id, typed) {
      const name = readName(typed)
      if (name !== undefined) change(id, { name })
    },
    move: (id, address) => change(id, { address }),
    succeed(id, certificatePem) {
      const security = byId(id)?.security
      if (security?.kind === 'pinned') change(id, { security: { ...security, certificatePem } })
    },
    forget(id) {
      if (byId(id) === undefined) return
      known = known.filter((receiver) => receiver.id !== id)
      tokens.delete(id)
      standings.delete(id)
      save()
    },
    report(id, standing) {
      const before = standings.get(id) ?? { kind: 'good' }
      if (byId(id) === undefined || JSON.stringify(before) === JSON.stringify(standing)) return
      standings.set(id, standing)
      onChange(list())
    },
    flush: () => file.flush(),
  }
}

function forgotten(): UploadError {
  const message = 'The receiver of this file was forgotten. Add it again and retry, or cancel.'
  return new UploadError('RECEIVER_FORGOTTEN', message)
}

/** Whether an id is one of a known receiver; the one on this computer always is. */
export function isKnown(receivers: Pick<Receivers, 'list'>, id: ReceiverId): boolean {
  return id === THIS_COMPUTER || receivers.list().some((receiver) => receiver.id === id)
}

import { setTimeout as delay } from 'node:timers/promises'
import { type Fingerprint, readFingerprint } from '../../proto/identity.ts'
import { PAIR_AGAIN_AFTER_MS, type PairingLink, readPairingCode, readPairingLink } from '../../proto/pairing.ts'
import type { Commands, Stop } from '../contract/contract.ts'
import type { ReceiverId, ReceiverOffer } from '../contract/receivers.ts'
import { THIS_COMPUTER } from '../contract/receivers.ts'
import { UploadError } from '../engine/base/errors.ts'
import type { pair } from '../engine/net/pair.ts'
import type { probe } from '../engine/net/probe.ts'
import { readReceiverAddress } from '../engine/net/receiver-address.ts'
import { pinnedFingerprint } from './kept-receiver.ts'
import type { Receivers } from './receivers.ts'

/** A person waits for the answer; what takes longer will not come, ms. */
const ANSWER_WITHIN_MS = 20_000

export type ReceiverCommandsDeps = {
  readonly receivers: Receivers
  readonly probe: typeof probe
  readonly pair: typeof pair
  /** What receivers show to people. */
  readonly deviceName: string
  /** Makes a receiver the one that new files go to. */
  readonly choose: (id: ReceiverId) => void
  /** Told when a receiver is (again) one that can be sent to. */
  readonly onWelcome: (id: ReceiverId) => void
}

type ReceiverCommands = {
  readonly [C in 'beginReceiver' | 'pairReceiver' | 'addPlaintextReceiver']: (
    ...args: Parameters<Commands[C]>
  ) => Promise<ReceiverOffer>
}

const refused = (reason: Stop['reason'], message: string): ReceiverOffer => ({ kind: 'refused', reason, message })

/** Adds receivers: looks who is there, and lets a person decide by code, or to go without encryption. */
export function createReceiverCommands(deps: ReceiverCommandsDeps): ReceiverCommands {
  const { receivers, probe, pair, deviceName, choose, onWelcome } = deps

  function chosen(id: ReceiverId): ReceiverOffer {
    choose(id)
    onWelcome(id)
    return { kind: 'chosen', id }
  }

  async function begin(link: PairingLink): Promise<ReceiverOffer> {
    const { address } = link
    const found = await probe(address, AbortSignal.timeout(ANSWER_WITHIN_MS))
    const there = receivers.find((receiver) => receiver.address === address && receiver.own === undefined)
    const pinnedThere = there && pinnedFingerprint(there)
    if (found.kind === 'not-a-receiver')
      return refused('NOT_A_RECEIVER', 'There is no Longshore receiver at this address.')
    if (found.kind === 'plaintext') {
      const expected = link.fingerprint ?? pinnedThere
      if (pinnedThere !== undefined && there !== undefined) receivers.report(there.id, { kind: 'identity-changed' })
      if (expected !== undefined)
        return { kind: 'other-identity', address, expected, ...(!link.fingerprint && there && { known: there.id }) }
      return there === undefined ? { kind: 'not-encrypted', address } : chosen(there.id)
    }
    const { fingerprint: presented } = found
    if (link.fingerprint !== undefined && link.fingerprint !== presented)
      return { kind: 'other-identity', address, expected: link.fingerprint, presented }
    const same = receivers.find((receiver) => pinnedFingerprint(receiver) === presented)
    if (same?.own !== undefined) return chosen(THIS_COMPUTER)
    const isPaired =
      same !== undefined &&
      receivers.list().some(({ id, standing }) => id === same.id && standing.kind !== 'not-paired')
    if (same !== undefined && isPaired && link.code === undefined) {
      receivers.move(same.id, address)
      receivers.report(same.id, { kind: 'good' })
      return chosen(same.id)
    }
    // A link that names who is there settles it; an address alone must not lead from one receiver to another.
    if (
      there !== undefined &&
      pinnedThere !== undefined &&
      pinnedThere !== presented &&
      link.fingerprint === undefined
    ) {
      receivers.report(there.id, { kind: 'identity-changed', presented })
      return { kind: 'other-identity', address, expected: pinnedThere, presented, known: there.id }
    }
    const { name = same?.name, code } = link
    return {
      kind: 'needs-code',
      address,
      fingerprint: presented,
      ...(name !== undefined && { name }),
      ...(code !== undefined && { code }),
    }
  }

  /** Also one that the receiver has refused since. */
  function tokenFrom(fingerprint: Fingerprint): string | undefined {
    const known = receivers.find(
      (receiver) => receiver.own === undefined && pinnedFingerprint(receiver) === fingerprint,
    )
    const security = known && receivers.routeTo(known.id).security
    return security?.kind === 'pinned' ? security.token : undefined
  }

  return {
    beginReceiver: (typed) => answered(async () => begin(readTyped(typed))),
    async pairReceiver(givenAddress, givenFingerprint, typed) {
      const fingerprint = readFingerprint(givenFingerprint)
      if (fingerprint === undefined) throw new Error('This is not a fingerprint.')
      const link = readPairingLink(typed)
      if (link?.fingerprint !== undefined && link.fingerprint !== fingerprint)
        return refused('OTHER_LINK', 'This link is for another receiver. Begin again with it.')
      const code = link === undefined ? readPairingCode(typed) : link.code
      if (code === undefined) return refused('NOT_A_CODE', 'This is not a pairing code. It has 16 letters and digits.')
      return answered(async () => {
        const address = readAddress(givenAddress)
        const device = { name: deviceName, tokenFrom }
        const attempt = () => pair({ address, fingerprint, code }, device, AbortSignal.timeout(ANSWER_WITHIN_MS))
        const paired = await attempt().catch(async (error: unknown) => {
          if (!(error instanceof UploadError && error.reason === 'BUSY')) throw error
          // Whoever corrects a code is quicker than a receiver lets one address begin.
          await delay(PAIR_AGAIN_AFTER_MS)
          return attempt()
        })
        return chosen((await receivers.keepPaired(address, paired)).id)
      })
    },
    addPlaintextReceiver: (given) =>
      answered(async () => {
        const address = readAddress(given)
        // Looked at again, because meanwhile it may have become one that encrypts, or never have been what the page
        // says.
        const offer = await begin({ address })
        return offer.kind === 'not-encrypted' ? chosen(receivers.keepPlaintext(address).id) : offer
      }),
  }
}

/** Why nothing came of it, as a value: the window shows it at the field, in the person's language. */
async function answered(offer: () => Promise<ReceiverOffer>): Promise<ReceiverOffer> {
  try {
    return await offer()
  } catch (error) {
    if (error instanceof UploadError) return refused(error.reason, error.message)
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return refused('UNREACHABLE', 'The receiver cannot be reached.')
    throw error
  }
}

/** Throws an UploadError NOT_AN_ADDRESS, with a sentence that repeats what was typed. */
function readTyped(typed: string): PairingLink {
  const link = readPairingLink(typed)
  if (link !== undefined) return link
  if (/^\s*longshore:/i.test(typed))
    throw notAnAddress('This link is damaged. Copy it again, or type the address as host:port.')
  return { address: readAddress(typed) }
}

function readAddress(typed: string): string {
  const read = readReceiverAddress(typed)
  if (read.kind === 'refused') throw notAnAddress(read.message)
  if (read.address === THIS_COMPUTER)
    throw notAnAddress('Type the address of a receiver, for example 192.168.1.20:50051.')
  return read.address
}

function notAnAddress(sentence: string): UploadError {
  return new UploadError('NOT_AN_ADDRESS', sentence)
}

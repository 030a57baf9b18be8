import { THIS_COMPUTER } from '../contract/receivers.ts'
import type { ResumeStore } from '../engine/engine.ts'
import { readReceiverAddress } from '../engine/net/receiver-address.ts'
import { inEnglish } from '../notices/notice-words.ts'
import type { SettingsStore } from '../settings/settings.ts'
import type { Receivers } from './receivers.ts'

/**
 * Makes the addresses known that an earlier version sent to, which was always without encryption: the one that was
 * chosen, and those of uploads that are not finished. Happens once, with the first start after that version.
 */
export async function adoptUnencryptedReceivers(
  settings: Pick<SettingsStore, 'get' | 'change'>,
  uploads: Pick<ResumeStore, 'list'>,
  receivers: Pick<Receivers, 'keepPlaintext'>,
  notify: (message: string) => void,
  words = inEnglish,
): Promise<void> {
  const { plainReceiver } = settings.get()
  if (plainReceiver === undefined) return
  const waitedFor = (await uploads.list()).map(({ receiver }) => receiver).filter(isAddress)
  for (const address of new Set([plainReceiver, ...waitedFor])) {
    receivers.keepPlaintext(address)
    notify(words().unencryptedAsBefore(address))
  }
  settings.change({ plainReceiver: undefined })
}

function isAddress(receiver: string): boolean {
  if (receiver === THIS_COMPUTER) return false
  const read = readReceiverAddress(receiver)
  return read.kind === 'address' && read.address === receiver
}

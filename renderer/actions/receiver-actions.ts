import type { LongshoreApi } from '../../main/contract/contract.ts'
import type { ReceiverId, ReceiverOffer } from '../../main/contract/receivers.ts'
import { afterOffer, asBusy, beginAdding, withTyped } from '../model/adding-receiver.ts'
import type { Sheet, WindowState, WindowStore } from '../model/store.ts'

/** What a person can do about receivers, theirs and the one on this computer. `tell` shows a refusal. */
export function createReceiverActions(api: LongshoreApi, store: WindowStore, tell: (answer: Promise<unknown>) => void) {
  const update = store.setState

  /** Asks, unless an answer is still to come. An answer for a dialog that is not open any more changes nothing. */
  function ask(question: (adding: NonNullable<WindowState['adding']>) => Promise<ReceiverOffer> | undefined): void {
    const { adding } = store.getState()
    if (adding === undefined || (adding.step !== 'other-identity' && adding.busy)) return
    const answer = question(adding)
    if (answer === undefined) return
    const asked = asBusy(adding)
    update({ adding: asked })
    const settle = (offer: ReceiverOffer) => {
      if (store.getState().adding === asked) update(withAdding(afterOffer(asked, offer)), true)
    }
    answer.then(settle, (refusal: unknown) =>
      settle({ kind: 'refused', message: refusal instanceof Error ? refusal.message : String(refusal) }),
    )
  }

  /**
   * Asks every receiver how much room it has. Old answers are removed first, so that they are not shown as the present
   * state.
   */
  function askForRoom(): void {
    const { receivers } = store.getState()
    update({ freeBytes: {} })
    for (const { id } of receivers) {
      const settle = (bytes: number | undefined) =>
        update(({ freeBytes }) => ({ freeBytes: { ...freeBytes, [id]: bytes ?? 'not told' } }))
      api.freeBytesOn(id).then(settle, () => settle(undefined))
    }
  }

  const withAdding =
    (adding: WindowState['adding']) =>
    ({ adding: _adding, ...state }: WindowState): WindowState =>
      adding === undefined ? state : { ...state, adding }

  return {
    /** Chooses where new files go. */
    setReceiver: (id: ReceiverId) => tell(api.setReceiver(id)),
    /** Opens the dialog that adds a receiver, with what is known of its address already. */
    addReceiver: (typed?: string) => update({ adding: beginAdding(typed) }),
    typeReceiver: (typed: string) => update(({ adding }) => (adding ? { adding: withTyped(adding, typed) } : {})),
    /** Goes on with what was typed: an address, a link, or a code. */
    submitReceiver: () =>
      ask((adding) => {
        if (adding.step === 'address') return api.beginReceiver(adding.typed)
        return adding.step === 'code' ? api.pairReceiver(adding.address, adding.fingerprint, adding.typed) : undefined
      }),
    /** Agrees to send without encryption. */
    acceptPlaintext: () =>
      ask((adding) => (adding.step === 'not-encrypted' ? api.addPlaintextReceiver(adding.address) : undefined)),
    stopAdding: () => update(withAdding(undefined), true),
    renameReceiver: (id: ReceiverId, name: string) => tell(api.renameReceiver(id, name)),
    forgetReceiver: (id: ReceiverId) => {
      tell(api.forgetReceiver(id))
      const { adding } = store.getState()
      if (adding?.step === 'other-identity' && adding.known === id) update(withAdding(undefined), true)
    },
    openSheet: (sheet: Sheet) => {
      update({ sheet })
      if (sheet === 'receivers') askForRoom()
    },
    closeSheet: () => update(({ sheet: _sheet, ...state }) => state, true),
    /** Shows how another device pairs with this computer, with a code that is good. */
    showInvitation: () => {
      update({ sheet: 'devices' })
      const { localReceiver } = store.getState()
      const invitation = localReceiver?.kind === 'on' ? localReceiver.invitation : undefined
      if (invitation === undefined || invitation.expiresAtMs <= Date.now()) tell(api.inviteDevice())
    },
    inviteDevice: () => tell(api.inviteDevice()),
    revokeDevice: (deviceId: string) => tell(api.revokeDevice(deviceId)),
  }
}

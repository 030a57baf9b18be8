import { useMemo } from 'react'
import { type KnownReceiver, type ReceiverId, THIS_COMPUTER } from '../../main/contract/receivers.ts'
import { type Text, useText } from '../words/text.ts'
import { useWindow } from './window-context.ts'

/** What people call a receiver. */
export type ReceiverName = (id: ReceiverId) => string

export function receiverNamesOf(receivers: readonly KnownReceiver[], t: Text['t']): ReceiverName {
  return (id) =>
    id === THIS_COMPUTER
      ? t('receiver.thisComputer')
      : (receivers.find((receiver) => receiver.id === id)?.name ?? t('receiver.forgotten'))
}

/** Follows the names of the known receivers and the language of the window. */
export function useReceiverName(): ReceiverName {
  const { t } = useText()
  const receivers = useWindow((state) => state.receivers)
  return useMemo(() => receiverNamesOf(receivers, t), [receivers, t])
}

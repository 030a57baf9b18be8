import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type KnownReceiver, type ReceiverId, THIS_COMPUTER } from '../../main/contract/receivers.ts'
import { useWindow } from '../actions/window-context.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatRate,
  formatShare,
  formatWeekday,
} from './format.ts'

export type Text = ReturnType<typeof useText>

/** Words and figures in the language of the window. */
export function useText() {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  const receivers = useWindow((state) => state.receivers)
  return useMemo(
    () => ({
      t,
      bytes: (bytes: number) => formatBytes(bytes, language),
      rate: (bytesPerSecond: number) => formatRate(bytesPerSecond, language),
      count: (amount: number) => formatCount(amount, language),
      share: (share: number) => formatShare(share, language),
      duration: (seconds: number) => formatDuration(seconds, language),
      instant: (epochMs: number) => formatInstant(epochMs, language),
      weekday: (day: number, form: 'long' | 'short') => formatWeekday(day, form, language),
      receiverName: (id: ReceiverId) =>
        id === THIS_COMPUTER ? t('receiver.thisComputer') : (nameOf(receivers, id) ?? t('receiver.forgotten')),
    }),
    [t, language, receivers],
  )
}

function nameOf(receivers: readonly KnownReceiver[], id: ReceiverId): string | undefined {
  return receivers.find((receiver) => receiver.id === id)?.name
}

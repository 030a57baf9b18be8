import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { THIS_COMPUTER } from '../main/contract.ts'
import { formatBytes, formatDuration, formatInstant, formatRate, formatShare } from './format.ts'

export type Text = ReturnType<typeof useText>

/** Words and figures in the language of the window. */
export function useText() {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  return useMemo(
    () => ({
      t,
      bytes: (bytes: number) => formatBytes(bytes, language),
      rate: (bytesPerSecond: number) => formatRate(bytesPerSecond, language),
      share: (share: number) => formatShare(share, language),
      duration: (seconds: number) => formatDuration(seconds, language),
      instant: (epochMs: number) => formatInstant(epochMs, language),
      receiverName: (receiver: string) => (receiver === THIS_COMPUTER ? t('receiver.thisComputer') : receiver),
    }),
    [t, language],
  )
}

import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
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
    }),
    [t, language],
  )
}

import { useEffect, useState } from 'react'
import { useText } from '../words/text.ts'

/** How long it says that it has copied. */
const SAYS_COPIED_MS = 2_000

type Props = {
  readonly text: string
  /** What the button says; that it copies details when not given. */
  readonly label?: string
}

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, label }: Props) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)

  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAYS_COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = () => {
    // Refused where the system keeps the clipboard to itself; the text can be selected all the same.
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <button type="button" className="button small" onClick={copy}>
      {copied ? t('details.copied') : (label ?? t('details.copy'))}
    </button>
  )
}

import type { MouseEvent } from 'react'
import { Icon, type IconName } from './icon.tsx'

type Props = {
  readonly icon: IconName
  /** What it does and to what, for screen readers and as the tip. */
  readonly label: string
  readonly onPress: (event: MouseEvent<HTMLButtonElement>) => void
  /** Stays focusable, so that pressing it until nothing more can happen does not lose the place. */
  readonly unavailable?: boolean
  readonly expanded?: boolean
}

/** A small button with a picture. */
export function IconButton({ icon, label, onPress, unavailable = false, expanded }: Props) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={unavailable}
      aria-expanded={expanded}
      onClick={unavailable ? undefined : onPress}
    >
      <Icon name={icon} />
    </button>
  )
}

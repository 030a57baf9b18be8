import type { WindowBounds } from '../settings/settings.ts'

/** So much of a window must be on a screen that it can be seen and taken hold of, pixels. */
const GRIP_PIXELS = 80

/**
 * Where to open a window that was left at `saved`: there, or only its size when that place is on no screen any more.
 */
export function onScreen(saved: WindowBounds, screens: readonly WindowBounds[]): Partial<WindowBounds> {
  const { width, height } = saved
  return screens.some((screen) => isWithinReach(saved, screen)) ? saved : { width, height }
}

function isWithinReach(window: WindowBounds, screen: WindowBounds): boolean {
  const visibleWidth = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x)
  const titleIsVisible = window.y >= screen.y && window.y + GRIP_PIXELS <= screen.y + screen.height
  return visibleWidth >= GRIP_PIXELS && titleIsVisible
}

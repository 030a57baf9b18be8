/** What a person wants who presses a key while a row has the focus. */
export type KeyIntent =
  /**
   * To another row: by this many, or to an end. `plain` selects only that row, `extend` selects up to it, `keep` leaves
   * the selection as it is.
   */
  | { readonly kind: 'go'; readonly by: number | 'first' | 'last'; readonly selecting: 'plain' | 'extend' | 'keep' }
  | { readonly kind: 'move'; readonly direction: 'up' | 'down' }
  | { readonly kind: 'open' | 'close' | 'toggle' }
  | { readonly kind: 'select-all' | 'select-none' | 'toggle-selected' }
  | { readonly kind: 'pause-or-resume' | 'retry' | 'remove' }

/** A key with what is held down beside it, as a keyboard event has them. */
export type Pressed = {
  readonly key: string
  readonly shiftKey?: boolean
  readonly altKey?: boolean
  readonly ctrlKey?: boolean
  readonly metaKey?: boolean
}

/** Rows that Page Up and Page Down pass over. */
const PAGE_ROWS = 10

const steps: Readonly<Record<string, number | 'first' | 'last'>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -PAGE_ROWS,
  PageDown: PAGE_ROWS,
  Home: 'first',
  End: 'last',
}

const plainKeys: Readonly<Record<string, KeyIntent>> = {
  ArrowRight: { kind: 'open' },
  ArrowLeft: { kind: 'close' },
  Enter: { kind: 'toggle' },
  Escape: { kind: 'select-none' },
  ' ': { kind: 'pause-or-resume' },
  r: { kind: 'retry' },
  Delete: { kind: 'remove' },
  // The key above Enter is the only one to delete with on a Mac.
  Backspace: { kind: 'remove' },
}

/** The usual keys of a list of files; undefined for a key that means nothing here. */
export function keyIntent({ key, shiftKey, altKey, ctrlKey, metaKey }: Pressed): KeyIntent | undefined {
  const by = steps[key]
  const withCommand = ctrlKey === true || metaKey === true
  if (altKey) {
    if (withCommand || shiftKey || (key !== 'ArrowUp' && key !== 'ArrowDown')) return undefined
    return { kind: 'move', direction: key === 'ArrowUp' ? 'up' : 'down' }
  }
  if (by !== undefined) return { kind: 'go', by, selecting: shiftKey ? 'extend' : withCommand ? 'keep' : 'plain' }
  if (withCommand) {
    if (key === 'a' || key === 'A') return { kind: 'select-all' }
    return key === ' ' ? { kind: 'toggle-selected' } : undefined
  }
  return shiftKey ? undefined : plainKeys[key]
}

/** What a person wants who presses a key anywhere in the window, unless a text is being typed or a sheet is open. */
export function windowKeyIntent({
  key,
  altKey,
  ctrlKey,
  metaKey,
  shiftKey,
}: Pressed): 'undo' | 'search' | 'keys' | 'select-none' | undefined {
  if (altKey) return undefined
  const withCommand = ctrlKey === true || metaKey === true
  if (withCommand && !shiftKey && key.toLowerCase() === 'z') return 'undo'
  if (withCommand && !shiftKey && key.toLowerCase() === 'f') return 'search'
  if (withCommand) return undefined
  if (key === '/') return 'search'
  if (key === 'Escape') return 'select-none'
  return key === '?' ? 'keys' : undefined
}

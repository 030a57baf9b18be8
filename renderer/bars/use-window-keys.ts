import { useEffect } from 'react'
import { useActions } from '../actions/window-context.ts'
import { NO_SELECTION } from '../model/selection.ts'
import { windowKeyIntent } from '../queue/queue-keys.ts'

/** The keys that mean the same everywhere in the window, except while a text is typed or something is open over it. */
export function useWindowKeys(): void {
  const { openSheet, select, undo } = useActions()

  useEffect(() => {
    const listening = new AbortController()
    const press = (event: KeyboardEvent) => {
      const intent = windowKeyIntent(event)
      const isElsewhere = document.querySelector('dialog[open], [role=menu]') !== null
      const isTyping = event.target instanceof Element && event.target.matches('input:not([type=checkbox]), textarea')
      // In a text field this undoes the typing. The longer key of the search works everywhere.
      if (intent === undefined || isElsewhere || (isTyping && !(intent === 'search' && event.key !== '/'))) return
      // What else Escape closes, the browser closes.
      if (intent !== 'select-none') event.preventDefault()
      if (intent === 'undo') undo()
      else if (intent === 'keys') openSheet('keys')
      else if (intent === 'select-none') select(NO_SELECTION)
      else document.querySelector<HTMLInputElement>('[data-search]')?.select()
    }
    document.addEventListener('keydown', press, { signal: listening.signal })
    return () => listening.abort()
  }, [openSheet, select, undo])
}

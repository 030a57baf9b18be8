import { type ReactNode, useEffect, useId, useRef } from 'react'

type Props = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly tone?: 'bad' | 'wide' | 'widest'
  readonly testId: string
}

/**
 * A dialog over the window, open for as long as it is rendered. The browser keeps the focus inside, and gives it back
 * when the dialog goes. The focus begins at the element that has `data-first`.
 */
export function Sheet({ title, onClose, children, tone, testId }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useEffect(() => {
    const element = dialog.current
    if (element === null || element.open) return
    element.showModal()
    element.querySelector<HTMLElement>('[data-first]')?.focus()
  }, [])

  return (
    <dialog
      ref={dialog}
      className="sheet"
      data-tone={tone}
      data-testid={testId}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClose={onClose}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  )
}

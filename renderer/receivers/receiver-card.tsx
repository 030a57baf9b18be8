import { useState } from 'react'
import type { KnownReceiver } from '../../main/contract/receivers.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Fingerprint } from '../ui/fingerprint.tsx'
import { type Text, useText } from '../words/text.ts'

/** One known receiver. Its name is changed in place; Escape takes that back. */
export function ReceiverCard({ receiver }: { readonly receiver: KnownReceiver }) {
  const { t, bytes } = useText()
  const freeBytes = useWindow((state) => state.freeBytes?.[receiver.id])
  const { renameReceiver, forgetReceiver } = useActions()
  const [draft, setDraft] = useState<string>()
  const { id, name, address, fingerprint, standing } = receiver
  const commit = () => {
    if (draft !== undefined && draft.trim() !== '' && draft !== name) renameReceiver(id, draft)
    setDraft(undefined)
  }
  return (
    <li className="card" data-testid="receiver" data-name={name}>
      <input
        className="field card-name"
        aria-label={t('receivers.name', { name })}
        maxLength={64}
        value={draft ?? name}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
          if (event.key !== 'Escape' || draft === undefined) return
          // The first Escape is for the name, and not for the dialog.
          event.preventDefault()
          setDraft(undefined)
        }}
      />
      <span className="card-place">{address}</span>
      <span className="card-state" data-kind={fingerprint === undefined ? 'plaintext' : standing.kind}>
        {stateOf(receiver, t)}
      </span>
      <span className="card-room">{roomOf(freeBytes, t, bytes)}</span>
      {fingerprint !== undefined && <Fingerprint value={fingerprint} />}
      <ConfirmButton
        label={t('receivers.forget')}
        question={t('receivers.forgetSure', { name })}
        onConfirm={() => forgetReceiver(id)}
      />
    </li>
  )
}

/** Nothing while the answer is still to come. */
function roomOf(freeBytes: number | 'not told' | undefined, t: Text['t'], bytes: Text['bytes']): string {
  if (freeBytes === undefined) return ''
  return freeBytes === 'not told' ? t('receivers.roomUnknown') : t('receivers.room', { size: bytes(freeBytes) })
}

function stateOf({ fingerprint, standing }: KnownReceiver, t: Text['t']): string {
  if (fingerprint === undefined) return t('receivers.plaintext')
  switch (standing.kind) {
    case 'good':
      return t('receivers.paired')
    case 'not-paired':
      return t('receivers.notPaired')
    case 'identity-changed':
      return t('receivers.identityChanged')
  }
}

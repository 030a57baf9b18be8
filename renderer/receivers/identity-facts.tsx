import type { ReceiverId } from '../../main/contract/receivers.ts'
import { useActions } from '../actions/window-context.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Fingerprint } from '../ui/fingerprint.tsx'
import { useText } from '../words/text.ts'

type Props = {
  readonly name: string
  readonly address: string
  readonly expected: string
  readonly presented: string | undefined
  /** The known receiver that is not there. */
  readonly receiver: ReceiverId | undefined
  /** What to expect was said by a link, and not by a pairing. */
  readonly byLink?: boolean
}

/**
 * What is known of a receiver that is not who it should be, and the only things to do about it: copy that, or forget
 * the receiver.
 */
export function IdentityFacts({ name, address, expected, presented, receiver, byLink = false }: Props) {
  const { t } = useText()
  const { forgetReceiver } = useActions()
  const shownPresented = presented ?? t('identity.unknown')
  const details = [
    `${t('receivers.address')}: ${address}`,
    `${t('identity.expected')}: ${expected}`,
    `${t('identity.presented')}: ${shownPresented}`,
  ]
  return (
    <>
      <p>{t(byLink ? 'identity.byLink' : 'identity.byPairing', { name, address })}</p>
      <dl className="sheet-facts">
        <dt>{t('identity.expected')}</dt>
        <dd>
          <Fingerprint value={expected} />
        </dd>
        <dt>{t('identity.presented')}</dt>
        <dd>{presented === undefined ? t('identity.unknown') : <Fingerprint value={presented} />}</dd>
      </dl>
      <p className="sheet-hint">{t(byLink ? 'identity.adviceLink' : 'identity.advice')}</p>
      <div className="identity-buttons">
        <CopyButton text={details.join('\n')} />
        {receiver !== undefined && (
          <ConfirmButton
            label={t('receivers.forget')}
            question={t('receivers.forgetSure', { name })}
            onConfirm={() => forgetReceiver(receiver)}
          />
        )}
      </div>
    </>
  )
}

import type { Invitation } from '../../main/contract/receivers.ts'
import { useActions } from '../actions/window-context.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { QrCode } from '../ui/qr-code.tsx'
import { useNow } from '../ui/use-now.ts'
import { useText } from '../words/text.ts'

type Props = { readonly invitation: Invitation | undefined; readonly address: string }

/** The code that one device pairs with, to be typed, pasted or scanned, for as long as it is good. */
export function InvitationCard({ invitation, address }: Props) {
  const { t, duration } = useText()
  const { inviteDevice } = useActions()
  const nowMs = useNow(invitation !== undefined)
  const secondsLeft = invitation === undefined ? 0 : Math.ceil((invitation.expiresAtMs - nowMs) / 1000)
  if (invitation === undefined || secondsLeft <= 0)
    return (
      <div className="invitation" data-kind="closed">
        <p>{t(invitation === undefined ? 'devices.closed' : 'devices.expired')}</p>
        <button type="button" className="button" onClick={inviteDevice}>
          {t('devices.newCode')}
        </button>
      </div>
    )
  return (
    <div className="invitation" data-kind="open">
      <QrCode text={invitation.link} label={t('devices.qr')} />
      <div>
        <p>{t('devices.howTo')}</p>
        <dl className="sheet-facts">
          <dt>{t('receivers.address')}</dt>
          <dd>{address}</dd>
          <dt>{t('devices.code')}</dt>
          <dd>
            <code className="pairing-code" data-testid="invitation-code">
              {invitation.code}
            </code>
          </dd>
        </dl>
        <p className="sheet-hint">{t('devices.left', { duration: duration(secondsLeft) })}</p>
        <div className="identity-buttons">
          <CopyButton text={invitation.link} label={t('devices.copyLink')} />
          <button type="button" className="button small" onClick={inviteDevice}>
            {t('devices.newCode')}
          </button>
        </div>
      </div>
    </div>
  )
}

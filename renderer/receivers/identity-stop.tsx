import { useWindow } from '../actions/window-context.ts'
import { Icon } from '../ui/icon.tsx'
import { useText } from '../words/text.ts'
import { IdentityFacts } from './identity-facts.tsx'

/** A red stop for each receiver at whose address something else answers. It cannot be waved away. */
export function IdentityStop() {
  const { t } = useText()
  const receivers = useWindow((state) => state.receivers)
  return receivers.map(({ id, name, address, fingerprint, standing }) =>
    standing.kind !== 'identity-changed' ? null : (
      <section key={id} className="identity-stop" role="alert" data-testid="identity-stop">
        <Icon name="stop" />
        <div>
          <h2>{t('identity.stopped', { name })}</h2>
          <IdentityFacts
            name={name}
            address={address}
            expected={fingerprint ?? ''}
            presented={standing.presented}
            receiver={id}
          />
        </div>
      </section>
    ),
  )
}

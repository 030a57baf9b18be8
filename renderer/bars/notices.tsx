import type { ReactNode } from 'react'
import type { SkippedPath } from '../../main/contract/contract.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { useText } from '../words/text.ts'

/**
 * Everything the person should know once: refused commands, what was not added, and what the main process has to say.
 */
export function Notices() {
  const { t } = useText()
  const { dismissNotice, dismissProblem, dismissSkipped } = useActions()
  const notices = useWindow((state) => state.notices)
  const problem = useWindow((state) => state.problem)
  const skipped = useWindow((state) => state.skipped)
  return (
    <section className="notices" aria-live="polite" aria-label={t('notices.label')}>
      {problem !== undefined && (
        <NoticeCard tone="bad" onDismiss={dismissProblem}>
          {problem}
        </NoticeCard>
      )}
      {skipped.length > 0 && (
        <NoticeCard tone="warn" onDismiss={dismissSkipped}>
          <SkippedList skipped={skipped} />
        </NoticeCard>
      )}
      {notices.map(({ id, message }) => (
        <NoticeCard key={id} tone="plain" onDismiss={() => dismissNotice(id)}>
          {message}
        </NoticeCard>
      ))}
    </section>
  )
}

type CardProps = {
  readonly tone: 'bad' | 'warn' | 'plain'
  readonly onDismiss: () => void
  readonly children: ReactNode
}

function NoticeCard({ tone, onDismiss, children }: CardProps) {
  const { t } = useText()
  return (
    <div className="notice" data-tone={tone} data-testid="notice">
      <div className="notice-text">{children}</div>
      <IconButton icon="close" label={t('notices.dismiss')} onPress={onDismiss} />
    </div>
  )
}

/** A folder of a thousand unreadable files must not push the queue off the screen. */
const SKIPPED_SHOWN = 3

function SkippedList({ skipped }: { readonly skipped: readonly SkippedPath[] }) {
  const { t } = useText()
  const more = skipped.length - SKIPPED_SHOWN
  return (
    <>
      <strong>{t('notices.skipped', { count: skipped.length })}</strong>
      <ul>
        {skipped.slice(0, SKIPPED_SHOWN).map(({ name, message }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end, and two entries may be equal.
          <li key={index}>
            <b>{name}</b> {message}
          </li>
        ))}
        {more > 0 && <li>{t('notices.andMore', { count: more })}</li>}
      </ul>
    </>
  )
}

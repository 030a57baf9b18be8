import { useActions, useWindow } from '../actions/window-context.ts'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'

const isMac = navigator.userAgent.includes('Mac')
const command = isMac ? '⌘' : 'Ctrl+'
const alt = isMac ? '⌥' : 'Alt+'

/** What can be done with the keyboard; keys that do the same stand beside each other. */
const groups = [
  {
    id: 'window',
    lines: [
      ['addFiles', `${command}O`],
      ['addFolder', isMac ? '⇧⌘O' : 'Ctrl+Shift+O'],
      ['search', '/', `${command}F`],
      ['undo', `${command}Z`],
      ['keys', '?'],
    ],
  },
  {
    id: 'walk',
    lines: [
      ['step', '↑ ↓'],
      ['ends', 'Home End'],
      ['open', '→ ←', 'Enter'],
      ...(isMac ? [] : [['menu', 'Shift+F10'] as const]),
    ],
  },
  {
    id: 'select',
    lines: [
      ['extend', 'Shift+↑ ↓'],
      ['toggle', `${command}Space`],
      ['all', `${command}A`],
      ['none', 'Esc'],
    ],
  },
  {
    id: 'act',
    lines: [
      ['pause', 'Space'],
      ['retry', 'R'],
      ['move', `${alt}↑ ↓`],
      ['remove', isMac ? '⌫' : 'Del'],
    ],
  },
] as const

/** All keys at a glance. */
export function KeysSheet() {
  const { t } = useText()
  const { closeSheet } = useActions()
  const isOpen = useWindow((state) => state.sheet === 'keys')
  if (!isOpen) return null
  return (
    <Sheet title={t('keys.title')} onClose={closeSheet} tone="wide" testId="keys">
      <div className="keys">
        {groups.map(({ id, lines }) => (
          <section key={id}>
            <h3>{t(`keys.${id}`)}</h3>
            <dl>
              {lines.map(([name, ...keys]) => (
                <div key={name}>
                  <dt>{t(`keys.does.${name}`)}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="sheet-buttons">
        <button type="button" className="button primary" data-first onClick={closeSheet}>
          {t('keys.close')}
        </button>
      </div>
    </Sheet>
  )
}

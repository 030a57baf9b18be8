import { Content, Item, Root, Separator, Trigger } from '@radix-ui/react-context-menu'
import type { ReactNode } from 'react'
import { type MenuChoice, type MenuGroup, menuChoices } from '../actions/row-menu.ts'
import { useActions, useStoreState } from '../actions/window-context.ts'
import type { QueueRows } from '../model/queue-rows.ts'
import { useText } from '../words/text.ts'

/**
 * The menu of the other mouse button, the menu key and Shift+F10, over the list: what can be done to the selected rows.
 */
export function QueueMenu({ rows, children }: { readonly rows: QueueRows; readonly children: ReactNode }) {
  return (
    // Not modal: that would need a style sheet in the page, which the content security policy does not allow.
    <Root modal={false}>
      <Trigger asChild>{children}</Trigger>
      <Content className="menu" data-testid="row-menu" collisionPadding={4}>
        <MenuGroups rows={rows} />
      </Content>
    </Root>
  )
}

/** Decided when the menu opens, so that entries do not change while a person is about to choose one. */
function MenuGroups({ rows }: { readonly rows: QueueRows }) {
  const text = useText()
  const actions = useActions()
  const now = useStoreState()
  const groups: readonly MenuGroup[] = menuChoices(now(), rows, actions, text)
  return groups.map((group, index) => (
    <div key={group[0]?.id} role="presentation">
      {index > 0 && <Separator className="menu-line" />}
      {group.map((choice) => (
        <MenuItem key={choice.id} choice={choice} />
      ))}
    </div>
  ))
}

function MenuItem({ choice: { id, keys, onChoose } }: { readonly choice: MenuChoice }) {
  const { t } = useText()
  return (
    <Item className="menu-item" onSelect={onChoose}>
      <span>{t(`menu.${id}`)}</span>
      {keys !== undefined && <span className="menu-keys">{keys}</span>}
    </Item>
  )
}

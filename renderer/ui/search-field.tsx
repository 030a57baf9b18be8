import { useId } from 'react'
import { useActions, useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'
import { Icon } from './icon.tsx'

/** Shows only uploads with some words in their path. Escape clears it. */
export function SearchField() {
  const { t } = useText()
  const { search } = useActions()
  const typed = useWindow((state) => state.view.search)
  const id = useId()
  return (
    <div className="search">
      <label htmlFor={id} className="visually-hidden">
        {t('filter.search')}
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        className="field"
        data-search
        placeholder={t('filter.search')}
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={({ target }) => search(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && search('')}
      />
    </div>
  )
}

import { useActions, useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'

/** What stands in place of the list when the filter and the search let nothing through. */
export function NothingShown() {
  const { t } = useText()
  const { showEverything } = useActions()
  const { filter, search } = useWindow((state) => state.view)
  return (
    <div className="nothing-shown" data-testid="nothing-shown">
      <p role="status">
        {search.trim() === '' ? t(`filter.none.${filter}`) : t('filter.notFound', { search: search.trim() })}
      </p>
      <button type="button" className="button" onClick={showEverything}>
        {t('filter.showAll')}
      </button>
    </div>
  )
}

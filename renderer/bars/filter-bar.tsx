import { useActions, useWindow } from '../actions/window-context.ts'
import { countsOf, filters } from '../model/view.ts'
import { SearchField } from '../ui/search-field.tsx'
import { useText } from '../words/text.ts'

/** Which uploads the list shows: by what becomes of them, and by name. */
export function FilterBar() {
  const { t, count } = useText()
  const { setFilter } = useActions()
  const chosen = useWindow((state) => state.view.filter)
  const totals = useWindow((state) => state.totals)
  const counts = countsOf(totals)
  return (
    <section className="filter-bar" aria-label={t('filter.bar')}>
      <fieldset className="filters" aria-label={t('filter.label')}>
        {filters.map((filter) => (
          <button
            key={filter}
            type="button"
            className="filter"
            data-filter={filter}
            aria-pressed={filter === chosen}
            onClick={() => setFilter(filter)}
          >
            {t(`filter.${filter}`)} <span className="filter-count">{count(counts[filter])}</span>
          </button>
        ))}
      </fieldset>
      <SearchField />
    </section>
  )
}

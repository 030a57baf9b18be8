import { expect, test } from 'vitest'
import { Layout } from './layout.ts'

test.each(['.longshore', '.long\u017fhore', '.LONGSHORE', 'LONGSH~1'])(
  "no key of a file lies below what is a receiver's own: %s",
  (name) => {
    const layout = new Layout('prefix')
    for (const path of [[name], [name, 'parts', 'a'], ['inner', name, 'parts']])
      expect(() => layout.published(path)).toThrow("receiver's own folder")
    expect(layout.published(['.longshore-notes', 'a'])).toBe('prefix/.longshore-notes/a')
  },
)

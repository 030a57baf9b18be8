import { expect, test } from 'vitest'
import { createOpenedLink } from './opened-link.ts'

test('a link waits for the page, is taken once, and reaches a page that is there at once', () => {
  const sent: string[] = []
  const opened = createOpenedLink((link) => sent.push(link))
  opened.open('longshore://a:1/')
  expect(opened.take()).toBe('longshore://a:1/')
  expect(opened.take()).toBeUndefined()
  opened.open('longshore://b:1/')
  expect(sent).toEqual(['longshore://b:1/'])
  opened.pageGone()
  opened.open('longshore://c:1/')
  expect(sent).toHaveLength(1)
  expect(opened.take()).toBe('longshore://c:1/')
})

test.each([
  ['longer than any', `longshore://${'a'.repeat(4000)}`],
  ['of another kind', 'https://nas:1/'],
  ['with a space', 'longshore://nas:1/ --no-sandbox'],
  ['with a line', 'longshore://nas:1/\nname'],
  ['that turns what stands after it', 'longshore://nas:1/\u202E?code'],
  ['that is nothing', ''],
])('a link %s is passed over', (_how, link) => {
  const opened = createOpenedLink(expect.unreachable)
  opened.open(link)
  expect(opened.take()).toBeUndefined()
})

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

test('a link that is longer than any is passed over', () => {
  const opened = createOpenedLink(expect.unreachable)
  opened.open(`longshore://${'a'.repeat(4000)}`)
  expect(opened.take()).toBeUndefined()
})

import { expect, test } from 'vitest'
import { isOwnPage } from './own-page.ts'

const contents = {}
const page = { url: 'app://window/index.html', parent: null }

test('the page of our own window is our own', () => {
  expect(isOwnPage({ sender: contents, senderFrame: page }, contents)).toBe(true)
})

test.each([
  ['another window', { sender: {}, senderFrame: page }, contents],
  ['a window that is closed', { sender: contents, senderFrame: page }, undefined],
  ['a frame that is gone', { sender: contents, senderFrame: null }, contents],
  ['a frame inside the page', { sender: contents, senderFrame: { ...page, parent: page } }, contents],
  ['a page of the web', { sender: contents, senderFrame: { ...page, url: 'https://window/index.html' } }, contents],
  [
    'a page of another host',
    { sender: contents, senderFrame: { ...page, url: 'app://window.evil/index.html' } },
    contents,
  ],
  ['a blank page', { sender: contents, senderFrame: { ...page, url: 'about:blank' } }, contents],
])('%s is not', (_who, sender, ownContents) => {
  expect(isOwnPage(sender, ownContents)).toBe(false)
})

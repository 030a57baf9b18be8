import { expect, test } from 'vitest'
import { originOf, SchemeUrls } from './scheme-urls.ts'

const urls = new SchemeUrls((scheme) => scheme === 'app')

test.each([
  ['app://window/index.html', 'https://window.app.localhost/index.html'],
  ['app://window', 'https://window.app.localhost/'],
  ['app://window/a%20b?q=1#part', 'https://window.app.localhost/a%20b?q=1#part'],
  ['https://example.com/', 'https://example.com/'],
  ['other://window/', 'other://window/'],
])('%s is %s for Chromium', (own, chromium) => {
  expect(urls.toChromium(own)).toBe(chromium)
})

test('URLs come back as the app wrote them, and those of others as they are', () => {
  expect(urls.fromChromium('https://window.app.localhost/a?b#c')).toBe('app://window/a?b#c')
  expect(urls.fromChromium('https://window.other.localhost/a')).toBe('https://window.other.localhost/a')
  expect(urls.fromChromium('https://window.app.localhost.evil.com/a')).toBe('https://window.app.localhost.evil.com/a')
})

test('the origin of an app URL names its scheme', () => {
  expect(originOf('app://window/index.html?x')).toBe('app://window')
  expect(originOf('about:blank')).toBe('null')
})

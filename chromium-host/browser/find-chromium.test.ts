import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { findChromium, isExecutableFile } from './find-chromium.ts'

test('CHROMIUM_PATH wins, even when nothing is there', () => {
  expect(findChromium({ CHROMIUM_PATH: '/x', PATH: '/bin' }, () => true)).toBe('/x')
})

test('Debian’s chromium comes before anything on PATH', () => {
  expect(findChromium({ PATH: '/bin' }, () => true)).toBe('/usr/lib/chromium/chromium')
})

test('the name decides on PATH, before the folder', () => {
  const there = new Set(['/a/brave-browser', '/b/google-chrome', '/c/google-chrome'])
  expect(findChromium({ PATH: '/a:/b:/c' }, (path) => there.has(path))).toBe('/b/google-chrome')
})

test('without any browser there is none', () => {
  expect(findChromium({ PATH: '/a::/b' }, () => false)).toBeUndefined()
  expect(findChromium({}, () => false)).toBeUndefined()
})

test('only executable files count', () => {
  const folder = tempDir()
  const file = join(folder, 'brave-browser')
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 })
  // The real check, kept away from the browser this machine may have.
  const find = (): string | undefined =>
    findChromium({ PATH: folder }, (path) => path === file && isExecutableFile(path))
  expect(find()).toBeUndefined()
  chmodSync(file, 0o755)
  expect(find()).toBe(file)
})

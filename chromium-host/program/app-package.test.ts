import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findAppPackage } from './app-package.ts'

const root = mkdtempSync(join(tmpdir(), 'app-package-'))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, 'out/main'), { recursive: true })
const main = join(root, 'out/main/index.js')
writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'ship', version: '2.0.0', main: 'out/main/index.js' }))

test('an app that was not built is named in a sentence', () => {
  expect(() => findAppPackage(root)).toThrow(`The app at ${root} has no ${main}; was it built?`)
})

test('an app is found by its folder or by its main file', () => {
  writeFileSync(main, '')
  const expected = { path: root, main, name: 'ship', version: '2.0.0' }
  expect(findAppPackage(root)).toEqual(expected)
  expect(findAppPackage(main)).toEqual(expected)
})

test('a folder that is not there is named in a sentence', () => {
  expect(() => findAppPackage(join(root, 'nowhere'))).toThrow(`There is no app at ${join(root, 'nowhere')}`)
})

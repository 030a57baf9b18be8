import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { extractAll, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeStandInElectron } from '../../scripts/stand-in-electron.ts'
import { openApp, rowOfKind } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'

const ROOT = join(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'longshore-package-'))
const resources = join(work, 'dist/linux-unpacked/resources')

afterAll(() => rmSync(work, { recursive: true, force: true }))

// electron-builder, with everything real but Electron.
beforeAll(async () => {
  await buildOutputs(ALL_OUTPUTS)
  await makeStandInElectron(join(work, 'electron'))
  const places = [`-c.electronDist=${join(work, 'electron')}`, `-c.directories.output=${join(work, 'dist')}`]
  const builder = join(ROOT, 'node_modules/electron-builder/cli.js')
  await promisify(execFile)(process.execPath, [builder, '--linux', '--dir', ...places], { cwd: ROOT })
})

test('the package holds what the app runs, and nothing else', () => {
  const files = listPackage(join(resources, 'app.asar'), { isPack: false })
    .map((name) => name.slice(1))
    .filter((name) => /\.\w+$/.test(name))
  const own = files.filter((name) => !name.startsWith('node_modules/'))
  const receiver = readdirSync(join(ROOT, 'out/receiver')).map((name) => `out/receiver/${name}`)
  expect(receiver).toContain('out/receiver/index.js')
  const others = own.filter((name) => !receiver.includes(name))
  expect(own.length - others.length).toBe(receiver.length)
  expect(others.map((name) => name.replace(/-[\w-]{8}\./, '-*.')).sort()).toEqual([
    'out/hash-worker/index.js',
    'out/main/index.js',
    'out/main/preload.cjs',
    'out/renderer/assets/index-*.css',
    'out/renderer/assets/index-*.js',
    'out/renderer/index.html',
    'package.json',
  ])
  const packages = new Set(files.filter((name) => !own.includes(name)).map((name) => name.split('/')[1]))
  expect([...packages].sort()).toEqual([
    'abstract-level',
    'classic-level',
    'level-supports',
    'level-transcoder',
    'maybe-combine-errors',
    'module-error',
    'node-gyp-build',
  ])
  const binaries = files.filter((name) => name.endsWith('.node'))
  expect(binaries.length).toBeGreaterThan(0)
  expect(binaries.filter((name) => !name.includes('/prebuilds/linux-'))).toEqual([])
})

test('what must be a file of its own lies beside the archive', () => {
  const unpacked = join(resources, 'app.asar.unpacked')
  expect(existsSync(join(unpacked, 'out/hash-worker/index.js'))).toBe(true)
  expect(existsSync(join(unpacked, 'out/receiver/index.js'))).toBe(true)
  expect(readdirSync(join(unpacked, 'node_modules/classic-level/prebuilds'))).toContain('linux-x64')
})

test('the executable has the fuses that the configuration asks for', async () => {
  const wire = await getCurrentFuseWire(join(work, 'dist/linux-unpacked/longshore'))
  const isOn = (fuse: string | FuseV1Options): boolean =>
    typeof fuse === 'number' && String.fromCharCode(Number(wire[fuse])) === '1'
  const on = Object.values(FuseV1Options).filter(isOn)
  expect(on.sort()).toEqual(
    [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ].sort(),
  )
})

test('what was packaged starts, receives, and sends a file to itself', async () => {
  const app = join(work, 'unpacked/app.asar')
  extractAll(join(resources, 'app.asar'), app)
  const home = join(work, 'home')
  const film = join(work, 'film.mov')
  const md5 = makeFile(film, 3_000_001)
  mkdirSync(home)
  const { page, dropFiles } = await openApp({ home, app, args: ['--receive-here'] })
  await page.getByText(/Listening on /).waitFor()
  await dropFiles([film], '[data-testid=drop]')
  await rowOfKind(page, 'film.mov', 'done').waitFor()
  expect(md5OfFile(join(home, 'Downloads/Longshore/film.mov'))).toBe(md5)
})

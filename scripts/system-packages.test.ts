import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ensureSystemPackages, findSystemPackages } from './system-packages.ts'

let bin: string

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'system-packages-'))
  vi.stubEnv('PATH', bin)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(bin, { recursive: true })
})

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\necho "$@" >> ${bin}/asked\n${script}\n`, { mode: 0o755 })
}

function asUser(uid: number): void {
  vi.spyOn(process, 'getuid').mockReturnValue(uid)
}

test('what is there is left alone', () => {
  program('xvfb-run', '')
  expect(ensureSystemPackages(['xvfb'])).toEqual({ kind: 'present' })
})

test('root on Debian gets what is missing, without fresh package lists when the old ones do', () => {
  asUser(0)
  program('apt-get', `echo > ${bin}/xvfb-run`)
  expect(ensureSystemPackages(['xvfb'])).toEqual({ kind: 'installed' })
  expect(readFileSync(join(bin, 'asked'), 'utf8')).toBe('install -y -qq --no-install-recommends xvfb\n')
})

test('package lists are fetched when installing fails without, and the failure is told when it still does', () => {
  asUser(0)
  program('apt-get', `echo 'E: Unable to locate package xvfb' >&2; test "$1" = update`)
  const advice = 'xvfb could not be installed: E: Unable to locate package xvfb'
  expect(ensureSystemPackages(['xvfb'])).toEqual({ kind: 'missing', advice })
  const asked = readFileSync(join(bin, 'asked'), 'utf8').split('\n')
  expect(asked.map((line) => line.split(' ')[0])).toEqual(['install', 'update', 'install', ''])
})

test('others are told what to run, with the name their system has for it', () => {
  asUser(1000)
  program('pacman', '')
  const advice = 'Please run: sudo pacman -S xorg-server-xvfb'
  expect(ensureSystemPackages(['xvfb'])).toEqual({ kind: 'missing', advice })
  rmSync(join(bin, 'pacman'))
  expect(ensureSystemPackages(['xvfb'])).toEqual({
    kind: 'missing',
    advice: "Please install xvfb with this system's package manager.",
  })
})

test('looking for packages installs nothing, not even as root', () => {
  asUser(0)
  program('apt-get', `echo > ${bin}/rsync`)
  program('curl', '')
  expect(findSystemPackages(['curl'])).toEqual({ kind: 'present' })
  expect(findSystemPackages(['curl', 'rsync'])).toEqual({
    kind: 'missing',
    advice: 'Please run: sudo apt-get install rsync',
  })
})

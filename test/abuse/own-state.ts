import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { hexDigestOfToken, newToken } from '../../proto/token.ts'
import {
  type LongshoreProcess,
  longshore,
  longshoreReceive,
  type ReceiverProcess,
  type Wrapper,
} from '../support/longshore-process.ts'
import type { ReceiveOptions } from '../support/receive-flags.ts'
import { tempDir } from '../support/temp-dir.ts'

export const NOBODY = 65_534
export const asNobody = { program: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] }
/** Files of another user are made by root alone. */
export const canBecomeNobody =
  process.getuid?.() === 0 &&
  spawnSync('setpriv', [...asNobody.program.slice(1), process.execPath, '--version']).status === 0

/** A receiving folder that everybody can come to, and its state folder, which is not there yet. */
export function box(): { readonly dir: string; readonly state: string } {
  const outer = tempDir()
  chmodSync(outer, 0o755)
  const dir = join(outer, 'box')
  mkdirSync(dir)
  return { dir, state: join(dir, '.longshore') }
}

export const receive = (dir: string, options: Wrapper & ReceiveOptions = {}) =>
  longshoreReceive(dir, { access: 'pairing', ...options })

export async function stop(receiver: ReceiverProcess): Promise<void> {
  receiver.kill('SIGTERM')
  await receiver.ended()
}

/** What a command that fails says. */
export async function refused(run: LongshoreProcess): Promise<string> {
  expect(await run.ended(), run.errors()).toBe(2)
  expect(run.errors()).not.toMatch(/^ {4}at /m)
  return run.errors()
}

export async function succeeded(...args: string[]): Promise<LongshoreProcess> {
  const run = longshore(...args)
  expect(await run.ended(), run.errors()).toBe(0)
  return run
}

/** Whether a device with this token may send; else why not. */
export async function sends({ listening }: ReceiverProcess, token: string): Promise<string> {
  const here = tempDir()
  writeFileSync(join(here, 'a.txt'), 'a')
  writeFileSync(join(here, 'token'), token, { mode: 0o600 })
  const to = ['--to', `127.0.0.1:${listening.port}`, '--fingerprint', String(listening.fingerprint)]
  const run = longshore('send', join(here, 'a.txt'), ...to, '--token-file', join(here, 'token'), '--state-dir', here)
  return (await run.ended()) === 0 ? 'yes' : run.errors() + run.lines.join('\n')
}

/** A device that grants itself everything, as somebody who can write where devices are kept would write it. */
export function forged(digit: string): { readonly file: string; readonly token: string; readonly text: string } {
  const id = digit.repeat(16)
  const token = newToken(id)
  const device = { id, name: 'eve', tokenDigest: hexDigestOfToken(token), createdAtMs: 1, mayOverwrite: true }
  return { file: `${id}.json`, token, text: JSON.stringify(device) }
}

/** What everything below a folder belongs to, without what says so of itself. */
export function ownersBelow(folder: string): Record<string, number> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(names.map((name) => [name, lstatSync(join(folder, name)).uid]))
}

export const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

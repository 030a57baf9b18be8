import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, type TestContext, test } from 'vitest'
import { mounted } from '../../server/fixtures/small-disk.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import { box, receive, refused, stop } from './own-state.ts'

beforeAll(async () => {
  await buildOutputs(['cli'])
})

const FLAGS = ['--host', '127.0.0.1', '--port', '0', '--no-discovery']

/**
 * A folder on a file system like those of Windows partitions and shares: it has hard links, and whatever is asked for,
 * everything is as the flags say.
 */
function seenThrough(context: TestContext, ...flags: string[]): string {
  const [under, seen] = [tempDir(), tempDir()]
  try {
    execFileSync('bindfs', [...flags, under, seen], { stdio: 'pipe' })
  } catch (error) {
    context.skip(`needs bindfs and the right to mount: ${error}`)
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', seen]))
  return seen
}

/** Nothing that is secret is kept there, by a receiver or a command, and nothing is left behind. */
async function keepsNoState(dir: string, state: string, why: string): Promise<void> {
  for (const place of [
    ['--dir', dir],
    ['--dir', box().dir, '--state-dir', state],
  ]) {
    for (const command of [
      ['receive', ...FLAGS],
      ['token', 'create', '--name', 'a'],
    ]) {
      const said = await refused(longshore(...command, ...place))
      expect(said).toContain(why)
      expect(said).toContain('--state-dir DIR')
    }
  }
  expect(readdirSync(dir)).toEqual([])
}

async function receivesWithStateElsewhere(dir: string): Promise<void> {
  const [elsewhere, here] = [tempDir(), tempDir()]
  writeFileSync(join(here, 'small.txt'), 'a')
  writeFileSync(join(here, 'big.bin'), Buffer.alloc(3_000_000, 7))
  for (const turn of ['the first start', 'the next']) {
    const running = await receive(dir, { access: 'open', flags: ['--state-dir', elsewhere] })
    const to = ['--to', `127.0.0.1:${running.listening.port}`, '--plaintext', '--state-dir', here, '--into', turn]
    const send = longshore('send', join(here, 'small.txt'), join(here, 'big.bin'), ...to)
    expect(await send.ended(), send.errors()).toBe(0)
    await stop(running)
  }
  const verify = longshore('verify', dir)
  expect(await verify.ended(), verify.errors()).toBe(0)
  expect(verify.lines.at(-1)).toMatch(/^4 files, all as they arrived/)
}

test('[O5] where everything is open to everybody no state is kept, and files are received with the state elsewhere', async (context) => {
  const seen = seenThrough(context, '--perms=0777', '--chmod-ignore', '--chown-ignore')
  await keepsNoState(seen, join(seen, 'state'), 'its file system keeps no permissions')
  await receivesWithStateElsewhere(seen)
})

test('[O5] the same where everything belongs to another user', async (context) => {
  if (process.getuid?.() !== 0) context.skip('needs root')
  const seen = seenThrough(context, '--force-user=65534', '--chown-ignore')
  await keepsNoState(seen, join(seen, 'state'), 'its file system keeps no owners')
  await receivesWithStateElsewhere(seen)
})

test('[O5] on a file system that keeps no permissions no state is kept, and what is received there needs it elsewhere', async (context) => {
  const { dir, state } = box()
  const image = join(dir, '../image')
  execFileSync('truncate', ['-s', '32M', image])
  try {
    execFileSync('mkfs.vfat', [image], { stdio: 'pipe' })
  } catch (error) {
    context.skip(`needs mkfs.vfat: ${error}`)
  }
  const fat = join(dir, '../fat')
  mkdirSync(fat)
  mounted(['-o', 'loop,umask=000', image, fat], context)
  for (const place of [
    ['--dir', fat],
    ['--dir', dir, '--state-dir', join(fat, 'state')],
  ]) {
    const flags = ['--host', '127.0.0.1', '--port', '0', '--no-discovery']
    const said = await refused(longshore('receive', ...place, ...flags))
    expect(said).toContain('its file system keeps no permissions')
    expect(said).toContain('--state-dir DIR')
    expect(await refused(longshore('token', 'create', '--name', 'a', ...place))).toContain('--state-dir DIR')
  }
  expect(existsSync(join(state, 'identity'))).toBe(false)
})

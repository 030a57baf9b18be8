import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openPart } from '../../server/store/part-file.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreUnder } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import {
  asNobody,
  box,
  canBecomeNobody,
  forged,
  NOBODY,
  ownersBelow,
  receive,
  refused,
  sends,
  stop,
  succeeded,
} from './own-state.ts'

beforeAll(async () => {
  await buildOutputs(['cli'])
})

describe.skipIf(!canBecomeNobody)('with another user (needs root and setpriv)', () => {
  test('what somebody else put into an open state folder is not believed, and named in one message', async () => {
    const { dir, state } = box()
    const { file, token, text } = forged('e')
    mkdirSync(state)
    chmodSync(state, 0o777)
    const plant = `cd ${state} && mkdir -m 777 devices identity.away && printf '%s' '${text}' > devices/${file} && echo x > received.jsonl && echo 0 > small-files.0 && ln -s /etc/passwd small-files.1`
    execFileSync(asNobody.program[0] ?? '', [...asNobody.program.slice(1), 'sh', '-c', plant])
    const running = await receive(dir)
    const told = running
      .errors()
      .split('\n')
      .filter((line) => line.includes('set aside'))
    expect(told).toHaveLength(1)
    for (const name of ['devices', 'received.jsonl', 'small-files.0', 'small-files.1'])
      expect(told[0]).toContain(join(state, `${name}.not-believed-`))
    expect(await sends(running, token)).toMatch(/pair/i)
  })

  test('a code that somebody else put there pairs nobody', async () => {
    const { dir, state } = box()
    const running = await receive(dir)
    const planted = JSON.stringify({ code: '0000000000000000', expiresAtMs: Date.now() + 600_000, wrongTries: 0 })
    writeFileSync(join(state, 'theirs'), planted)
    chownSync(join(state, 'theirs'), NOBODY, NOBODY)
    renameSync(join(state, 'theirs'), join(state, 'pairing.json'))
    const pair = longshore('pair', `127.0.0.1:${running.listening.port}`, '--state-dir', tempDir())
    pair.child.stdin.end('0000000000000000\n')
    expect(await pair.ended()).not.toBe(0)
    expect(existsSync(join(state, 'devices'))).toBe(false)
    await expect.poll(() => running.errors()).toContain('pairing.json is not believed, because it belongs to')
  })

  test.for(['identity/identity.pem', 'ledger/CURRENT', 'receiver-id', 'listening.json'])(
    '%s of another user is not believed',
    async (name) => {
      const { dir, state } = box()
      await stop(await receive(dir))
      const path = join(state, name)
      if (name === 'listening.json') writeFileSync(path, '{}')
      chownSync(path, NOBODY, NOBODY)
      if (name === 'receiver-id' || name === 'listening.json') {
        const receiver = await receive(dir)
        expect(receiver.errors()).toContain(`${path}.not-believed-`)
        return
      }
      const said = await refused(
        longshore('receive', '--dir', dir, '--host', '127.0.0.1', '--port', '0', '--no-discovery'),
      )
      expect(said).toContain(`${path} is not believed, because it belongs to the user nobody`)
      expect(said).toContain(`chown`)
    },
  )

  test('commands of root keep the owner of the folder, and the service takes what they make at once and after a restart', async () => {
    const { dir, state } = box()
    chownSync(dir, NOBODY, NOBODY)
    const first = await receive(dir, asNobody)
    const [token = ''] = (await succeeded('token', 'create', '--dir', dir, '--name', 'a')).lines
    expect(await sends(first, token)).toBe('yes')
    const invited = await succeeded('devices', 'invite', '--dir', dir, '--json')
    const { pairLink } = JSON.parse(invited.lines[0] ?? '{}')
    const pair = longshore('pair', `127.0.0.1:${first.listening.port}`, '--state-dir', tempDir())
    pair.child.stdin.end(`${pairLink}\n`)
    expect(await pair.ended(), pair.errors()).toBe(0)
    const listed = await succeeded('devices', 'list', '--dir', dir, '--json')
    expect(listed.lines).toHaveLength(2)
    await succeeded('devices', 'revoke', JSON.parse(listed.lines[1] ?? '{}').id, '--dir', dir)
    await succeeded('devices', 'rotate-identity', '--dir', dir)
    expect(new Set(Object.values(ownersBelow(state)))).toEqual(new Set([NOBODY]))
    await stop(first)
    const again = await receive(dir, asNobody)
    expect(again.listening.fingerprint).not.toBe(first.listening.fingerprint)
    expect(await sends(again, token)).toBe('yes')
    expect(again.errors()).toBe('')
  })

  test('a token that root makes before the first start belongs to the owner of the receiving folder', async () => {
    for (const stateDir of [undefined, 'deep/state']) {
      const { dir, state } = box()
      chownSync(dir, NOBODY, NOBODY)
      const more = stateDir === undefined ? [] : ['--state-dir', join(dir, '..', stateDir)]
      const [token = ''] = (await succeeded('token', 'create', '--dir', dir, '--name', 'a', ...more)).lines
      const made = stateDir === undefined ? state : join(dir, '..', 'deep')
      expect(statSync(made).uid).toBe(NOBODY)
      expect(new Set(Object.values(ownersBelow(made)))).toEqual(new Set([NOBODY]))
      expect(await sends(await receive(dir, { ...asNobody, flags: more }), token)).toBe('yes')
    }
  })

  test('root does not run a receiver on the state of another user, and is told how to', async () => {
    const { dir, state } = box()
    chownSync(dir, NOBODY, NOBODY)
    await stop(await receive(dir, asNobody))
    const said = await refused(
      longshore('receive', '--dir', dir, '--host', '127.0.0.1', '--port', '0', '--no-discovery'),
    )
    expect(said).toContain(`${state} belongs to the user nobody`)
    expect(said).toContain('runuser -u nobody -- longshore')
    expect(new Set(Object.values(ownersBelow(state)))).toEqual(new Set([NOBODY]))
  })

  test('what an earlier version of root’s commands left is told with what to do, and harms no other device', async () => {
    const { dir, state } = box()
    chownSync(dir, NOBODY, NOBODY)
    const first = await receive(dir, asNobody)
    const make = async () => (await succeeded('token', 'create', '--dir', dir, '--name', 'a')).lines[0] ?? ''
    const [token, roots] = [await make(), await make()]
    await stop(first)
    const file = join(state, 'devices', `${/[0-9a-f]{16}/.exec(roots)?.[0]}.json`)
    chownSync(file, 0, 0)
    const again = await receive(dir, asNobody)
    expect(await sends(again, token)).toBe('yes')
    expect(await sends(again, roots)).toMatch(/pair/i)
    expect(again.errors()).toContain(`${file} cannot be used (EACCES): it belongs to the user root`)
    expect(again.errors()).toContain(`chown -R nobody ${file}`)
    chownSync(file, NOBODY, NOBODY)
    await expect.poll(() => sends(again, roots), { timeout: 30_000 }).toBe('yes')
    await stop(again)
    const pem = join(state, 'identity/identity.pem')
    chownSync(pem, 0, 0)
    const flags = ['--dir', dir, '--host', '127.0.0.1', '--port', '0', '--no-discovery']
    expect(await refused(longshoreUnder(asNobody, 'receive', ...flags))).toContain(`chown -R nobody ${pem}`)
    chownSync(pem, NOBODY, NOBODY)
    const parts = join(state, 'parts')
    chownSync(parts, 0, 0)
    expect(await refused(longshoreUnder(asNobody, 'receive', ...flags))).toContain(`chown -R nobody ${parts}`)
    chownSync(parts, NOBODY, NOBODY)
    chownSync(state, 0, 0)
    expect(await refused(longshoreUnder(asNobody, 'receive', ...flags))).toContain(`chown -R nobody ${state}`)
  })

  test('a command that may not read the state says whose it is and what to do', async () => {
    const { dir, state } = box()
    await stop(await receive(dir))
    for (const command of [
      ['devices', 'list'],
      ['devices', 'invite'],
      ['token', 'create', '--name', 'a'],
      ['devices', 'rotate-identity'],
    ]) {
      const said = await refused(longshoreUnder(asNobody, ...command, '--dir', dir))
      expect(said).toContain(
        `${state} cannot be used (EACCES): it belongs to the user root, and this process runs as the user nobody`,
      )
      expect(said).toContain('Run the command as root')
    }
    chmodSync(state, 0o755)
    const said = await refused(longshoreUnder(asNobody, 'verify', dir))
    expect(said).toContain(`${join(state, 'received.jsonl')} cannot be used (EACCES): it belongs to the user root`)
    chmodSync(state, 0o700)
  })

  test('bytes of an unfinished upload that belong to somebody else are not gone on with', async () => {
    const { dir, state } = box()
    const running = await receive(dir)
    await stop(running)
    const part = join(state, 'parts', `${'a'.repeat(32)}.part`)
    writeFileSync(part, 'theirs')
    chownSync(part, NOBODY, NOBODY)
    const file = await openPart(part)
    expect([statSync(part).size, statSync(part).uid]).toEqual([0, 0])
    await file.close()
    rmSync(part)
  })
})

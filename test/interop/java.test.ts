import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildJava, hasJava, java } from '../support/java.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

const MIB = 1024 ** 2
/** More than twice what a receiver holds for one connection: what is counted wrong on the way ends the call. */
const SIZE = 300 * MIB
/** Long enough to be in the middle of it. */
const CUT_SIZE = 160 * MIB

describe.skipIf(!hasJava())(
  'with the Java programs in examples/java (needs Debian’s libgrpc-java, protoc and a JDK)',
  () => {
    let classPath = ''
    const out = mkdtempSync(join(tmpdir(), 'longshore-java-'))
    beforeAll(() => {
      classPath = buildJava(out)
    })
    afterAll(() => rmSync(out, { recursive: true, force: true }))

    test('its client sends 300 MiB in one call without ever pausing; killed half-way it sends only the rest; a complete file succeeds again', async () => {
      const [here, there] = [tempDir(), tempDir()]
      const [whole, cut] = [join(here, 'whole.bin'), join(here, 'cut.bin')]
      const md5 = makeFile(whole, SIZE, 1)
      const receiver = await longshoreReceive(there)
      const upload = (...args: string[]) => java(classPath, 'Uploader', `127.0.0.1:${receiver.port}`, ...args)

      const first = upload(whole, '--never-pause')
      expect([await first.ended, first.errors()]).toEqual([0, ''])
      expect(first.lines).toContain(`sent ${SIZE} of ${SIZE}`)
      expect(first.lines).toContainEqual(expect.stringMatching(/^answer true Stored as whole.bin/))
      expect(md5OfFile(join(there, 'whole.bin'))).toBe(md5)

      // It looks, skips every chunk, and makes its call all the same.
      const again = upload(whole, '--always-call')
      expect([await again.ended, again.errors()]).toEqual([0, ''])
      expect(again.lines).toContain(`sent 0 of ${SIZE}`)
      expect(again.lines).toContainEqual(
        expect.stringContaining(`answer true Stored as whole.bin, ${SIZE} bytes, MD5 ${md5}`),
      )

      const cutMd5 = makeFile(cut, CUT_SIZE, 2)
      const killed = upload(cut)
      await killed.line(/^sending (?!1677)\d{8}/)
      killed.child.kill('SIGKILL')
      await killed.ended
      const resumed = upload(cut)
      expect([await resumed.ended, resumed.errors()]).toEqual([0, ''])
      const sent = Number((await resumed.line(/^sent (\d+) of/))[1])
      expect(sent).toBeGreaterThan(0)
      expect(sent).toBeLessThan(CUT_SIZE)
      expect(md5OfFile(join(there, 'cut.bin'))).toBe(cutMd5)
    })

    test('our sender sends 300 MiB to its server; killed half-way it sends only the rest; a server that never answers is asked what it has', async () => {
      const [here, there] = [tempDir(), tempDir()]
      const [whole, cut] = [join(here, 'whole.bin'), join(here, 'cut.bin')]
      const small = join(here, 'small.bin')
      makeFile(small, 3 * MIB + 17, 4)
      const serve = async (directory: string, ...flags: string[]) => {
        const server = java(classPath, 'PlainServer', '0', directory, ...flags)
        return `127.0.0.1:${(await server.line(/^listening on (\d+)$/))[1]}`
      }
      const send = (file: string, to: string, ...flags: string[]) =>
        longshore('send', file, '--to', to, '--plaintext', '--json', '--state-dir', join(here, `state-${to}`), ...flags)
      const storedIn = (directory: string, { storedAs }: { storedAs?: unknown }) =>
        md5OfFile(join(directory, String(storedAs), 'data.bin'))

      // It is waited for a while, so the rest is done meanwhile.
      const silentDirectory = join(there, 'silent')
      const silent = send(small, await serve(silentDirectory, '--never-answer'))

      const directory = join(there, 'whole')
      const address = await serve(directory)
      const md5 = makeFile(whole, SIZE, 3)
      const sent = send(whole, address)
      expect(await sent.ended()).toBe(0)
      const done = await sent.event('done')
      expect(done).toMatchObject({ md5, verified: true, bytesSent: SIZE })
      expect(storedIn(directory, done)).toBe(md5)

      const cutMd5 = makeFile(cut, CUT_SIZE, 5)
      const killed = send(cut, address, '--limit', '60M')
      await killed.event('progress', ({ bytesStored }) => Number(bytesStored) > CUT_SIZE / 2)
      killed.child.kill('SIGKILL')
      await killed.ended()
      const resumed = send(cut, address)
      expect(await resumed.ended()).toBe(0)
      const rest = await resumed.event('done')
      expect(rest).toMatchObject({ md5: cutMd5, verified: true })
      expect(Number(rest.bytesSent)).toBeLessThan(CUT_SIZE * 0.75)
      expect(storedIn(directory, rest)).toBe(cutMd5)

      expect(await silent.ended()).toBe(0)
      expect(storedIn(silentDirectory, await silent.event('done'))).toBe(md5OfFile(small))
    })
  },
)

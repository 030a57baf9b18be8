// @module-tag slow

import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { begin, connect, refusalOf, source } from '../fixtures/client.ts'
import { receiverBySettings } from '../fixtures/receiver-process.ts'
import { sandbox } from '../fixtures/receiving.ts'

const file = () => source(`${randomBytes(4).toString('hex')}.bin`, randomBytes(10))

test('a receiver that is told to read its settings again takes new limits, keeps the old ones when they make no sense, and drops nothing', async () => {
  const folder = await sandbox()
  const config = join(folder, 'longshore.yml')
  const settings = (limit: string) =>
    writeFile(
      config,
      `dir: ${folder}/in\nport: 0\nplaintext: true\nauth: false\njson: true\nmax-open-uploads: ${limit}\n`,
    )
  await settings('1')
  const child = await receiverBySettings(config)
  const client = connect(child.port)
  await begin(client, file())
  expect(await refusalOf(begin(client, file()))).toBe('RESOURCE_EXHAUSTED BUSY')

  await settings('many')
  child.kill('SIGHUP')
  await expect
    .poll(() => child.errors())
    .toContain(`nothing of them is taken: ${config}:6: max-open-uploads takes a whole`)
  expect(await refusalOf(begin(client, file()))).toBe('RESOURCE_EXHAUSTED BUSY')

  await settings('2')
  child.kill('SIGHUP')
  await expect.poll(() => child.errors()).toContain('the limits are taken from them')
  await begin(client, file())
  expect(await refusalOf(begin(client, file()))).toBe('RESOURCE_EXHAUSTED BUSY')
  client.close()
})

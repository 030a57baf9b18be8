import { beforeAll, describe, expect, test } from 'vitest'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { hasNginx } from '../../scripts/cluster/run-nginx.ts'
import { chooseReceiver, openApp, row, rowOfKind } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'
import { setClusterScene } from './scene.ts'

const SIZE = 256 * 1024 ** 2

beforeAll(() => buildOutputs(ALL_OUTPUTS))

describe.skipIf(!(hasRedis && hasNginx))('the window of somebody who sends to a cluster', () => {
  test('says that an upload moved to another node when the one that had it is gone, and that nothing is lost', async () => {
    const scene = await setClusterScene()
    const file = scene.addSource('film.mov', SIZE)
    const { page, dropFiles } = await openApp({ home: tempDir() })
    await chooseReceiver(page, `127.0.0.1:${scene.port}`)
    await dropFiles([file], '[data-testid=drop]')
    const progress = row(page, 'film.mov').getByRole('progressbar')
    await expect
      .poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 30_000 })
      .toBeGreaterThan(5)
    const holder = await scene.holder()
    holder?.child.kill('SIGKILL')
    expect(holder).toBeDefined()
    await page.getByText('Sending; moved to another node of the receiver, nothing lost').waitFor({ timeout: 60_000 })
    await rowOfKind(page, 'film.mov', 'done').waitFor({ timeout: 60_000 })
    expect(await scene.arrived()).toEqual(Object.fromEntries(scene.sources))
  })
})

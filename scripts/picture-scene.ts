import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver } from '../bench/run/receiver.ts'
import { type LaunchedApp, launchApp } from '../test/support/app/launch-app.ts'
import { addReceiver } from '../test/support/app/open-app.ts'

const MIB = 1024 ** 2

/** The built app, paired with a receiver, with files to drop that take no room on the disk. */
export type PictureScene = LaunchedApp & {
  readonly work: string
  /** Makes a file and answers its path. */
  sparse(name: string, mib: number): string
}

/** Shows the app to `show`, with these settings besides, and takes everything away again. */
export async function withPictureScene(settings: object, show: (scene: PictureScene) => Promise<void>): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'longshore-picture-'))
  const flags = ['--name', 'Attic box']
  const receiver = await startReceiver(join(work, 'box'), { access: 'pairing', flags, showsErrors: true })
  const home = join(work, 'home')
  mkdirSync(home)
  writeFileSync(
    join(home, 'settings.json'),
    JSON.stringify({ receivingFolder: '/home/ada/Received', version: 2, ...settings }),
  )
  const app = await launchApp({ home, env: { HOME: home } })
  function sparse(name: string, mib: number): string {
    const path = join(work, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
    truncateSync(path, mib * MIB)
    return path
  }
  try {
    await addReceiver(app.page, receiver.pairLink)
    await app.page.getByRole('button', { name: 'Pair', exact: true }).click()
    await app.page.getByTestId('pair-receiver').waitFor({ state: 'detached' })
    // Where a picture is taken there may be no key store, which the app says once.
    const dismiss = app.page.getByRole('button', { name: 'Dismiss' })
    if (await dismiss.isVisible()) await dismiss.click()
    await show({ ...app, work, sparse })
  } finally {
    await app.close()
    await receiver.child.stop()
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * Takes the README's picture: starts a receiver and the built app, drops some things on its window, and saves what it shows while they are sent.
 * `npx tsx scripts/readme-picture.ts` after `npm run build`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { launchApp } from '../test/support/launch-app.ts'

const MIB = 1024 ** 2
const root = join(import.meta.dirname, '..')
const work = mkdtempSync(join(tmpdir(), 'longshore-picture-'))

/** A file that takes no room on the disk. */
function sparse(name: string, mib: number): string {
  const path = join(work, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, '')
  truncateSync(path, mib * MIB)
  return path
}

const flags = ['receive', '--dir', join(work, 'box'), '--port', '0', '--plaintext', '--no-auth', '--json']
const receiver = spawn(process.execPath, [join(root, 'out/cli/index.js'), ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(createInterface({ input: receiver.stdout }), 'line')
const home = join(work, 'home')
mkdirSync(home)
const address = `localhost:${JSON.parse(line).port}`
const box = { id: address, name: 'Attic box', address, security: { kind: 'plaintext' } }
const settings = { receiver: address, receivingFolder: '/home/ada/Received', version: 2 }
writeFileSync(join(home, 'settings.json'), JSON.stringify(settings))
writeFileSync(join(home, 'receivers.json'), JSON.stringify({ receivers: [box], version: 1 }))
const app = await launchApp({ home, env: { HOME: home } })
try {
  const { page } = app
  for (let i = 1; i <= 40; i++) sparse(`Photos/IMG_${i}.jpg`, 1 + (i % 5))
  await app.dropFiles([sparse('Interview.wav', 40), join(work, 'Photos')], '[data-testid=drop]')
  await page.locator('[data-testid=folder-row][data-kind=done]').waitFor({ timeout: 60_000 })
  const big = [sparse('Holiday 2026.mov', 9000), sparse('dataset.tar', 3000), sparse('server backup.img', 5000)]
  await app.dropFiles(big, '[data-testid=drop]')
  await page.locator('[data-name="dataset.tar"][data-kind=sending]').waitFor()
  await page.getByRole('button', { name: 'Pause dataset.tar' }).click()
  await page.getByText(/left/).first().waitFor()
  await page.waitForTimeout(6000)
  await page.mouse.move(0, 0)
  mkdirSync(join(root, 'docs/images'), { recursive: true })
  await page.screenshot({ path: join(root, 'docs/images/window.png') })
} finally {
  await app.close()
  receiver.kill('SIGTERM')
  await once(receiver, 'exit')
  rmSync(work, { recursive: true, force: true })
}

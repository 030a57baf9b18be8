import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { connect } from '../../main/engine/net/connection.ts'
import { pair } from '../../main/engine/net/pair.ts'
import { readPairingCode, readPairingLink } from '../../proto/pairing.ts'
import { addReceiver, openApp, row, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const DROP = '[data-testid=drop]'
const WRONG_CODE = '0000-0000-0000-0000'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

/** A receiver as it is started without any thought, but for loopback. */
async function encryptedReceiver(directory: string, port = 0) {
  const receiver = await longshoreReceive(directory, { access: 'pairing', port, flags: ['--name', 'Attic box'] })
  const link = String(receiver.listening.pairLink)
  const code = readPairingLink(link)?.code ?? ''
  return { ...receiver, link, code, fingerprint: String(receiver.listening.fingerprint) }
}

/** The ids of the devices that may send to a receiver, as the terminal lists them. */
async function devicesIn(directory: string): Promise<string[]> {
  const list = longshore('devices', 'list', '--dir', directory, '--json')
  expect(await list.ended(), list.errors()).toBe(0)
  return list.lines.map((line) => JSON.parse(line).id)
}

const stored = (directory: string) => readdirSync(directory).filter((name) => !name.startsWith('.'))
const shownFingerprints = async (page: Page, place: string) =>
  (await page.getByTestId(place).getByTestId('fingerprint').allTextContents()).map((hex) => `sha256:${hex}`)

async function pairByLink(page: Page, link: string): Promise<void> {
  await addReceiver(page, link)
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  await page.getByTestId('pair-receiver').waitFor({ state: 'detached' })
}

test('this computer receives with a code, counts the devices that used one, and takes their leave back', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 100_000)
  const { page, dropFiles } = await openApp({ home })
  await page.getByTestId('receive-here').click()
  await page.getByTestId('pair-device').click()
  const code = page.getByTestId('invitation-code')
  await code.waitFor()
  await page.getByRole('img', { name: 'QR code of the pairing link' }).waitFor()
  expect(await page.getByTestId('devices').textContent()).toContain('None yet.')
  await saveScreenshots(page, 'pairing-invitation')

  const first = await code.textContent()
  await page.getByRole('button', { name: 'New code' }).click()
  await expect.poll(() => code.textContent()).not.toBe(first)
  const address = (await page.getByTestId('devices').locator('dd').first().textContent()) ?? ''
  const port = address.split(':').at(-1)
  const link = { address: `127.0.0.1:${port}`, code: readPairingCode((await code.textContent()) ?? '') ?? '' }
  const paired = await pair(link, { name: 'Phone', tokenFrom: () => undefined }, AbortSignal.timeout(20_000))
  const phone = page.locator('[data-testid=device][data-name=Phone]')
  await phone.waitFor()
  await page.getByText('No code is open.').waitFor()
  expect(await page.getByTestId('device').count(), 'this app itself is no other device').toBe(1)
  expect((await shownFingerprints(page, 'devices'))[0]).toBe(paired.fingerprint)
  await saveScreenshots(page, 'pairing-devices')

  const { certificatePem, token } = paired
  const asPhone = connect({ address: link.address, security: { kind: 'pinned', certificatePem, token } }, 1)
  const ask = () => asPhone.checkPaths({ paths: [] }, AbortSignal.timeout(20_000), 20_000)
  await ask()
  await phone.getByRole('button', { name: 'Revoke' }).click()
  await phone.getByRole('button', { name: 'Revoke' }).click()
  await phone.waitFor({ state: 'detached' })
  const refusal = () => ask().catch(({ reason }) => reason)
  await expect.poll(refusal, { timeout: 60_000 }).toBe('NOT_PAIRED')
  asPhone.close()

  await page.keyboard.press('Escape')
  await page.getByTestId('devices').waitFor({ state: 'detached' })
  await dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(md5OfFile(join(home, 'Downloads/Longshore/a.bin'))).toBe(md5)

  // Somebody who revokes every device in the terminal does not lock the app out of its own receiver.
  const receivingFolder = join(home, 'Downloads/Longshore')
  const own = await devicesIn(receivingFolder)
  expect(own).toHaveLength(1)
  for (const id of own) await longshore('devices', 'revoke', id, '--dir', receivingFolder).ended()
  let turn = 0
  // The first files may still arrive before the receiver notices, which is within a second.
  const devicesAfterAnother = async () => {
    const name = `again-${turn++}.bin`
    makeFile(join(here, name), 1000)
    await dropFiles([join(here, name)], DROP)
    await rowOfKind(page, name, 'done').waitFor()
    return devicesIn(receivingFolder)
  }
  await expect.poll(devicesAfterAnother, { timeout: 30_000, message: 'the same device' }).toEqual(own)
})

test('a receiver is paired by its code; a wrong one is answered in place and pairs nothing', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 100_000)
  const receiver = await encryptedReceiver(there)
  const { page, dropFiles } = await freshApp()
  await addReceiver(page, receiver.address)
  const code = page.getByTestId('pairing-code')
  await code.waitFor()
  expect(await code.evaluate((element) => element.matches(':focus'))).toBe(true)
  expect(await shownFingerprints(page, 'pair-receiver')).toEqual([receiver.fingerprint])
  await saveScreenshots(page, 'pairing-code')
  await code.fill('1234')
  await code.press('Enter')
  await page.getByText('This is not a pairing code.').waitFor()
  await code.fill(WRONG_CODE)
  await code.press('Enter')
  await page.getByText('1 try did not work.').waitFor()
  expect(await code.getAttribute('aria-invalid')).toBe('true')
  await saveScreenshots(page, 'pairing-wrong-code')
  await code.fill(` ${receiver.link} `)
  await code.press('Enter')
  await page.getByTestId('pair-receiver').waitFor({ state: 'detached' })
  await dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
})

test('known receivers are listed, renamed and forgotten, and known again after a restart', async () => {
  const [home, there, plain] = [tempDir(), tempDir(), tempDir()]
  const receiver = await encryptedReceiver(there)
  const unencrypted = await withReceiver(plain)
  const first = await openApp({ home })
  await pairByLink(first.page, receiver.link)
  await addReceiver(first.page, unencrypted.address)
  await first.page.getByTestId('plaintext-receiver').waitFor()
  await saveScreenshots(first.page, 'pairing-plaintext')
  await first.page.getByRole('button', { name: 'Use without encryption' }).click()
  await first.page.getByText('Not encrypted: whoever is on the way').waitFor()
  await first.electronApp.close()

  const { page } = await openApp({ home })
  await page.getByText('Not encrypted: whoever is on the way').waitFor()
  await page.getByRole('button', { name: 'Receivers…' }).click()
  await page.getByLabel('Name of Attic box').fill('Film archive')
  await page.getByLabel('Name of Attic box').press('Enter')
  const archive = page.locator('[data-name="Film archive"]')
  await archive.getByText(/^[\d.,]+ .iB free$/).waitFor()
  await saveScreenshots(page, 'receivers')
  const plainCard = page.locator(`[data-testid=receiver][data-name="${unencrypted.address}"]`)
  for (const _ of ['ask', 'agree']) await plainCard.getByRole('button', { name: 'Forget' }).click()
  await plainCard.waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  expect(await page.getByTestId('receiver-field').inputValue()).toBe('')
  expect(await page.getByTestId('receiver-field').textContent()).toContain('Film archive')
})

test('going without encryption is never the answer to a dialog that was closed', async () => {
  const there = tempDir()
  const receiver = await withReceiver(there)
  const { page } = await freshApp()
  await addReceiver(page, receiver.address)
  await page.getByTestId('plaintext-receiver').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('plaintext-receiver').waitFor({ state: 'detached' })
  expect(await page.getByTestId('receiver-field').textContent()).not.toContain(receiver.address)
})

test('[H3] where another receiver answers, everything stops in red, nothing is sent, and forgetting is the only way on', async () => {
  const [here, there, elsewhere] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'secret.bin'), 100_000)
  const receiver = await encryptedReceiver(there)
  const { page, dropFiles } = await freshApp()
  await pairByLink(page, receiver.link)
  receiver.child.kill('SIGKILL')
  await receiver.ended()
  const other = await encryptedReceiver(elsewhere, receiver.port)
  await dropFiles([join(here, 'secret.bin')], DROP)
  await rowOfKind(page, 'secret.bin', 'failed').waitFor()
  const stop = page.getByTestId('identity-stop')
  await expect.poll(() => shownFingerprints(page, 'identity-stop')).toEqual([receiver.fingerprint, other.fingerprint])
  expect(await stop.getByRole('button').allTextContents()).toEqual(['Copy details', 'Forget'])
  await saveScreenshots(page, 'identity-changed')
  await page.getByRole('button', { name: 'Retry secret.bin' }).click()
  await rowOfKind(page, 'secret.bin', 'failed').waitFor()
  await addReceiver(page, other.address)
  await page.getByTestId('other-identity').waitFor()
  await saveScreenshots(page, 'identity-changed-dialog')
  await page.keyboard.press('Escape')
  expect([stored(there), stored(elsewhere)]).toEqual([[], []])
  expect(other.lines.filter((line) => line.includes('stored'))).toEqual([])

  await stop.getByRole('button', { name: 'Forget' }).click()
  await stop.getByRole('button', { name: 'Forget' }).click()
  await stop.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Retry secret.bin' }).click()
  await row(page, 'secret.bin').getByText('The receiver of this file was forgotten.').waitFor()
  expect(stored(elsewhere)).toEqual([])
})

test('a receiver that forgot this computer says so, and uploads go on once both are paired again', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 100_000)
  const receiver = await encryptedReceiver(there)
  const { page, dropFiles } = await freshApp()
  await pairByLink(page, receiver.link)
  receiver.child.kill('SIGTERM')
  await receiver.ended()
  const list = longshore('devices', 'list', '--dir', there, '--json')
  await list.ended()
  const { id } = JSON.parse(list.lines[0] ?? '{}')
  expect(await longshore('devices', 'revoke', id, '--dir', there).ended()).toBe(0)
  await encryptedReceiver(there, receiver.port)
  await dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(page, 'a.bin', 'failed').waitFor()
  expect(await row(page, 'a.bin').getByTestId('status').textContent()).toContain('does not know this computer any more')
  await page.getByRole('button', { name: 'Pair again…' }).waitFor()
  await saveScreenshots(page, 'pair-again')

  const invite = longshore('devices', 'invite', '--dir', there, '--json')
  const { pairLink } = await invite.event('invite')
  await page.getByRole('button', { name: 'Pair again…' }).click()
  await page.getByTestId('receiver-address').press('Enter')
  await page.getByTestId('pairing-code').fill(String(pairLink))
  await page.getByTestId('pairing-code').press('Enter')
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
})

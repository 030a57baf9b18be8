import type { Locator, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { type LaunchedApp, type LaunchOptions, launchApp } from './launch-app.ts'

/** The app with a home folder of its own, so that nothing outside the test is read or written. */
export async function openApp(options: HomeOptions): Promise<LaunchedApp> {
  const app = await launchAtHome(options)
  onTestFinished(() => app.close())
  return app
}

type HomeOptions = LaunchOptions & { readonly home: string }

/** As {@link openApp}, for whoever closes it by themselves. */
export function launchAtHome(options: HomeOptions): Promise<LaunchedApp> {
  return launchApp({
    headed: process.env.HEADED === '1',
    ...options,
    env: { HOME: options.home, ...options.env },
  })
}

/** Adds a receiver that does not encrypt, as a person does, and makes it the one that new files go to. */
export async function chooseReceiver(page: Page, address: string): Promise<void> {
  await addReceiver(page, address)
  await page.getByRole('button', { name: 'Use without encryption' }).click()
  await page.getByTestId('plaintext-receiver').waitFor({ state: 'detached' })
}

/** Gives the dialog that adds receivers an address or a link. */
export async function addReceiver(page: Page, typed: string): Promise<void> {
  await page.getByTestId('add-receiver-button').click()
  await page.getByTestId('receiver-address').fill(typed)
  await page.getByTestId('receiver-address').press('Enter')
}

/** The row of a file, whatever its state. */
export function row(page: Page, name: string): Locator {
  return page.locator(`[data-testid=row][data-name="${name}"]`)
}

/** The row of a file while it is in one state. */
export function rowOfKind(page: Page, name: string, kind: string): Locator {
  return page.locator(`[data-testid=row][data-name="${name}"][data-kind=${kind}]`)
}

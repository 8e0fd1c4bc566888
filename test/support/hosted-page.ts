import { type Browser, chromium, type Page } from 'playwright'
import { findChromium } from '../../scripts/find/chromium.js'

/** A Chromium to which a name of an intranet is this machine. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP registry.corp 127.0.0.1'],
  })
}

/** Chooses an archive, and pushes it by a tag. */
export async function pushFile(page: Page, name: string, bytes: Uint8Array, tag: string): Promise<void> {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) }
  await page.getByLabel('Choose archives').setInputFiles(file)
  // The queue also has what was pushed before the page was loaded again.
  await page.getByRole('listitem', { name, exact: true }).getByRole('textbox', { name: 'Tag' }).fill(tag)
  await page.getByRole('button', { name: 'Push', exact: true }).click()
}

/** Waits until the page says that an image has a tag in the registry. */
export const isPushed = (page: Page, tag: string) =>
  page
    .getByRole('status')
    .filter({ hasText: `Pushed team/hello:${tag}.` })
    .waitFor()

import { type Browser, chromium, type Page } from 'playwright'
import { findChromium } from '../../scripts/find/chromium.js'

/** A real Chromium for the examples that are pages. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

/** Chooses an archive, names it, and pushes it, as a user does. */
export async function fillAndPush(page: Page, archive: string, image: string): Promise<void> {
  await page.getByLabel('Archive of docker save:').setInputFiles(archive)
  await page.getByLabel('Image:').fill(image)
  await page.getByRole('button', { name: 'Push' }).click()
}

/** Holds back the first upload of the page until `release` is called. */
export async function holdUploads(page: Page): Promise<{ readonly held: Promise<void>; release(): void }> {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let hold = () => {}
  const held = new Promise<void>((resolve) => {
    hold = resolve
  })
  await page.route('**/blobs/uploads/**', async (route) => {
    hold()
    await released
    // The page may have cancelled the request meanwhile.
    await route.continue().catch(() => undefined)
  })
  return { held, release: () => release() }
}

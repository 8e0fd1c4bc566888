import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { page } from './demo-page.ts'

/** The open dialog of the page. */
export const dialog = () => page.locator('dialog[open]').last()

/** Chooses tags in the list of a repository. */
export async function chooseTags(...tags: readonly string[]): Promise<void> {
  for (const tag of tags) await page.getByRole('checkbox', { name: `Select ${tag}`, exact: true }).check()
}

/** Closes the dialog by the button at its end. */
export async function closeDialog(): Promise<void> {
  await dialog().locator('footer').getByRole('button', { name: 'Close' }).click()
  await dialog().waitFor({ state: 'detached' })
}

/** Pushes an image of its own for each tag. */
export async function pushTags(url: string, repository: string, ...tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    await pushDockerTar(await createTestArchive({ images: [{ layers: [{ file: tag }] }] }), url, repository, tag)
  }
}

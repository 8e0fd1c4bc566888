import { page } from './demo-page.ts'

/** The open dialog of the page. */
export const dialog = () => page.locator('dialog[open]').last()

/** Chooses tags in the list of a repository. */
export async function chooseTags(...tags: readonly string[]): Promise<void> {
  for (const tag of tags) await page.getByRole('checkbox', { name: `Choose ${tag}`, exact: true }).check()
}

/** Closes the dialog by the button at its end. */
export async function closeDialog(): Promise<void> {
  await dialog().locator('footer').getByRole('button', { name: 'Close' }).click()
  await dialog().waitFor({ state: 'detached' })
}

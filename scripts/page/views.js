/** @import { Page } from 'playwright' */

/**
 * A view to take pictures of.
 *
 * @typedef {object} View
 * @property {string} name Of its pictures.
 * @property {Readonly<Record<string, string>>} place The query of its address.
 * @property {(page: Page, archive: string) => Promise<unknown>} [act] What is done there before.
 */

/** @type {readonly View[]} */
export const VIEWS = [
  {
    name: 'push',
    place: { view: 'push' },
    act: async (page, archive) => {
      await page.locator('input[type=file]').first().setInputFiles(archive)
      await page.getByRole('button', { name: /^Push/ }).first().waitFor()
    },
  },
  { name: 'repositories', place: {} },
  { name: 'tags', place: { repository: 'shop/web' } },
  { name: 'image', place: { repository: 'shop/web', reference: '1.10.0' } },
  { name: 'compare', place: { repository: 'shop/web', reference: '1.9.2', with: 'shop/web:1.10.0', view: 'compare' } },
  { name: 'build', place: { view: 'build' } },
  { name: 'doctor', place: { view: 'doctor' } },
  { name: 'registries', place: { view: 'registries' } },
]

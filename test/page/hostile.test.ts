import { expect, it } from 'vitest'
import { alert, button, chooseFile, page, shows, useDemoPage } from '../support/demo-page.ts'
import { createLayout, withName, withPlatform } from '../support/layout.ts'

useDemoPage({ viewport: { width: 375, height: 700 } })

const MARKUP = '<img src=evil onerror=document.title=name>'
/** It would reorder the page, and is longer than it. */
const ODD = `\u202e${MARKUP}${'x'.repeat(300)}$&{name}`

it('the page shows markup as text when it is in the archive or in an answer of the registry', async () => {
  const layout = createLayout()
  const layer = await layout.add('application/vnd.oci.image.layer.v1.tar', 'a layer')
  const config = await layout.add('application/vnd.oci.image.config.v1+json', {
    os: 'linux',
    architecture: ODD,
    created: ODD,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: `RUN ${ODD}` }],
  })
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await layout.add(type, { schemaVersion: 2, config, layers: [layer] })
  const missing: typeof manifest = { ...manifest, digest: `sha256:${'0'.repeat(64)}` }
  const index = await layout.addIndex([{ ...manifest }, withPlatform(missing, `windows/${ODD}`)])
  layout.list(withName(index, ODD), { ...(await layout.addImage()) }, { ...layer, mediaType: ODD })
  await page.route('**/v2/**', (route) => {
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: ODD }] })
    return route.fulfill({ status: 403, headers, body })
  })
  await chooseFile(`${MARKUP}.tar`, layout.tar())

  const places = {
    file: page.getByRole('heading', { level: 2 }),
    name: page.getByRole('heading', { level: 3 }),
    facts: page.locator('.image .muted'),
    platforms: page.locator('.note'),
    warnings: page.getByRole('list', { name: 'Notes about the archive' }).locator('[title]'),
    step: page.locator('.step'),
  }
  for (const [place, shown] of Object.entries(places)) {
    const of = place === 'warnings' ? () => shown.first().getAttribute('title') : () => shown.first().textContent()
    await expect.poll(of, { message: place }).toContain(MARKUP)
  }
  await page.getByRole('checkbox').first().uncheck()
  await page.getByRole('checkbox').nth(1).check()
  await page.getByRole('textbox', { name: 'Repository' }).first().fill('a')
  await page.getByRole('textbox', { name: 'Tag' }).first().fill('v1')
  await button('Push').click()

  await shows(alert(), 'You have no right to do this')
  await shows(alert(), MARKUP)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
})

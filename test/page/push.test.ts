import { expect, it } from 'vitest'
import { getManifest } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  button,
  chooseFile,
  page,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

it('the page pushes an archive, and shows its digest', async () => {
  await chooseFile('hello.tar', await createTestArchive())
  await button('Push').click()

  await shows(status(), 'Pushed team/hello:v1.')
  const manifest = await getManifest(registry.url, 'team/hello', 'v1')
  await shows(page.getByRole('region', { name: 'In the registry' }), manifest.digest)
  expect(await accessibilityFindings()).toEqual([])
})

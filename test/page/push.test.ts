import { expect, it } from 'vitest'
import { getManifest } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  button,
  chooseFile,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

it('the page pushes an archive, and shows its digest', async () => {
  await chooseFile('hello.tar', await createTestArchive())
  await button('Push').click()

  await shows(status(), 'In the registry')
  const manifest = await getManifest(registry.url, 'team/hello', 'v1')
  await shows(status(), manifest.digest)
  expect(await accessibilityFindings()).toEqual([])
})

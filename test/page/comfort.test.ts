import { beforeEach, expect, it } from 'vitest'
import { pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { accessibilityFindings, chooseFile, openDemo, page, registry, useDemoPage } from '../support/demo-page.ts'

// A window of 1280 px at 200 % is 640 px wide. The reader wants dark colours, and nothing that moves.
useDemoPage({
  viewport: { width: 640, height: 400 },
  deviceScaleFactor: 2,
  colorScheme: 'dark',
  reducedMotion: 'reduce',
})

const REPOSITORY = 'team/hello'
const IMAGE = { repository: REPOSITORY, reference: 'v1' }
/** The views, and the heading that shows when they are there. */
const VIEWS: ReadonlyArray<readonly [heading: string, place: Readonly<Record<string, string>>]> = [
  ['Registries', { view: 'registries' }],
  ['Repositories', {}],
  [REPOSITORY, { repository: REPOSITORY }],
  [`${REPOSITORY}:v1`, IMAGE],
  ['Compare two images', { ...IMAGE, view: 'compare', with: `${REPOSITORY}:v2` }],
  ['Build an image', { view: 'build' }],
  ['Check a registry', { view: 'doctor' }],
  ['Push an image', { view: 'push' }],
]

beforeEach(async () => {
  const archive = await createTestArchive()
  for (const tag of ['v1', 'v2']) await pushDockerTar(archive, registry.url, REPOSITORY, tag)
})

it.each(VIEWS)('the view "%s" fits at 200 %, is accessible when dark, and does not move', async (heading, place) => {
  await openDemo({ registry: registry.url, ...place })
  const title = page.getByRole('heading', { name: heading, exact: true, level: 1 })
  await title.waitFor()
  if (place.view === 'push') {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('heading', { name: 'hello.tar' }).waitFor()
  }
  await expect.poll(() => page.locator('[aria-busy=true]').count(), { timeout: 20_000 }).toBe(0)

  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640)
  expect((await title.boundingBox())?.x).toBeGreaterThan(8)
  expect(await accessibilityFindings()).toEqual([])
  expect(await movingElements()).toEqual([])
})

/** The elements that would move or fade for longer than a moment, also in the shadow of the push form. */
function movingElements(): Promise<readonly string[]> {
  return page.evaluate(() => {
    const roots = [document, document.querySelector('registry-push')?.shadowRoot]
    const seconds = (durations: string) => Math.max(...durations.split(',').map(Number.parseFloat))
    return roots
      .flatMap((root) => [...(root?.querySelectorAll('*') ?? [])])
      .filter((element) => {
        const { transitionDuration, transitionProperty, animationName, animationDuration } = getComputedStyle(element)
        const isFading = transitionProperty !== 'none' && seconds(transitionDuration) > 0.01
        return isFading || (animationName !== 'none' && seconds(animationDuration) > 0.01)
      })
      .map(({ tagName, className }) => `${tagName} ${className}`)
  })
}

import { readFileSync } from 'node:fs'
import type axeCore from 'axe-core'
import type { BrowserContextOptions, Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from './demo-browser.ts'

let demo: DemoBrowser
/** The registry and the page of the running test. */
export let registry: ServedTestRegistry
export let page: Page
let faults: string[] = []

/** Opens the page in a browser of its own for each test, with a registry in memory. */
export function useDemoPage(options?: BrowserContextOptions): void {
  beforeAll(async () => {
    demo = await openDemoBrowser()
  })
  afterAll(() => demo?.close())

  beforeEach(async () => {
    registry = await serveTestRegistry()
    const context = await demo.openContext(options)
    page = await context.newPage()
    faults = []
    page.on('pageerror', (error) => faults.push(String(error)))
    await openDemo({ registry: registry.url, view: 'push' })
  })
  afterEach(async () => {
    await page.context().close()
    await registry.close()
    expect(faults).toEqual([])
  })
}

/** Opens a place of the page: the query of its address. */
export async function openDemo(place: Readonly<Record<string, string>>): Promise<void> {
  await page.goto(demo.urlFor(place))
}

/** Chooses a file as a user does. */
export async function chooseFile(name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'application/x-tar', buffer: Buffer.from(bytes) }
  await page.getByLabel('Choose archives').setInputFiles(file)
}

/** A drop as a person makes it: with files of the disk, which a page cannot make up. */
export async function dropFromDesktop(path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
  }
}

/** A drop of files that the page makes up. */
export async function dropFiles(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const given = Object.entries(files).map(([name, bytes]) => [name, Array.from(bytes)] as const)
  await page.evaluate((given) => {
    const dataTransfer = new DataTransfer()
    for (const [name, bytes] of given) dataTransfer.items.add(new File([new Uint8Array(bytes)], name))
    for (const type of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }))
    }
  }, given)
}

/** Lets no bytes of a blob through, so that a push stays under way; resolves once some are held. */
export function holdUploads(): Promise<void> {
  return new Promise((resolve) => {
    void page.route('**/blobs/uploads/**', (route) => {
      if (['PATCH', 'PUT'].includes(route.request().method())) resolve()
      else void route.continue()
    })
  })
}

/** This many small layers. */
export const layersOf = (count: number) => Array.from({ length: count }, (_, index) => ({ file: `layer ${index}` }))

/** Waits until an element shows this text. */
export const shows = (within: Locator, text: string | RegExp) => within.filter({ hasText: text }).first().waitFor()

export const button = (name: string) => page.getByRole('button', { name, exact: true })
export const status = () => page.getByRole('status')
export const alert = () => page.getByRole('alert')
/** What all alerts say. Each place that may have one is there from the start, and empty. */
export const alertText = async () => (await alert().allTextContents()).join('')

/** The digits of a digest that the page shows. */
export const short = (digest: string) => digest.slice(7, 19)

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')

/** What axe has to say about the page as it is now: nothing, or the rules and the places. */
export async function accessibilityFindings(): Promise<readonly string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof axeCore }
    // Colours that are still changing have another contrast.
    const ends = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
    await Promise.allSettled(ends.map(({ finished }) => finished))
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
  })
}

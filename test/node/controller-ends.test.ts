import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  copyImage,
  copyRepository,
  createPushController,
  createWriteController,
  type Image,
  openArchive,
  openRegistry,
  pullBundle,
  pullDockerTar,
  pullLayout,
  pushDockerTar,
  pushStream,
  saveArchive,
  saveLayout,
  writeArchive,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

const from = { repository: 'team/app', reference: 'v1' }
let folder: string
let archive: Uint8Array<ArrayBuffer>
let images: readonly Image[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'controller-ends-'))
  archive = await createTestArchive()
  images = (await openArchive(archive)).images
})
afterAll(() => rmSync(folder, { recursive: true }))

const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
const missing = () => join(folder, 'missing', 'app.tar')
const aborted = AbortSignal.abort()

type Options = { readonly signal?: AbortSignal }

/** What writes, with its failures beside an abort: those before its first request or byte. */
const WRITERS: Readonly<
  Record<string, (options: Options & { controller: ReturnType<typeof createWriteController> }) => Promise<unknown>>
> = {
  'writeArchive() of no image': (options) => writeArchive([], options),
  'saveArchive() to a missing folder': (options) => saveArchive(images, missing(), options),
  'saveArchive() to what is no output': (options) => saveArchive(images, 5 as never, options),
  'saveLayout() to what is no folder': (options) => saveLayout(images, 5 as never, options),
  'pullDockerTar() of no repository': (options) => pullDockerTar(registry, 'Team App', 'v1', options),
  'pullDockerTar() to a missing folder': (options) =>
    pullDockerTar(registry, 'team/app', 'v1', { ...options, to: missing() }),
  'pullBundle() of no reference': (options) => pullBundle(registry, [], options),
  'pullBundle() to a missing folder': (options) => pullBundle(registry, ['app:v1'], { ...options, to: missing() }),
  'pullLayout() to what is no folder': (options) => pullLayout(registry, 'team/app', 'v1', 5 as never, options),
}

/** What pushes, the same. */
const PUSHES: Readonly<
  Record<string, (options: Options & { controller: ReturnType<typeof createPushController> }) => Promise<unknown>>
> = {
  'copyImage() to no repository': (options) =>
    copyImage({ registry, ...from }, { registry, repository: 'Team App' }, options),
  'copyRepository() to no repository': (options) =>
    copyRepository({ registry, ...from }, { registry, repository: 'Team App' }, options),
  'pushStream() of no stream': (options) => pushStream(5 as never, registry, 'team/app', 'v1', options),
  'pushDockerTar() to no repository': (options) => pushDockerTar(archive, registry, 'Team App', 'v1', options),
}

async function expectEnd(controller: AsyncIterable<unknown>, acting: Promise<unknown>): Promise<void> {
  await expect(acting).rejects.toThrow()
  for await (const _ of controller);
}

describe('the progress of a controller ends', () => {
  it.each(Object.entries(WRITERS))('after %s', async (_, act) => {
    const controller = createWriteController()
    await expectEnd(controller, act({ controller }))
  })

  it.each(Object.entries(WRITERS))('after an abort before %s', async (_, act) => {
    const controller = createWriteController()
    await expectEnd(controller, act({ controller, signal: aborted }))
  })

  it.each(Object.entries(PUSHES))('after %s', async (_, act) => {
    const controller = createPushController()
    await expectEnd(controller, act({ controller }))
  })

  it.each(Object.entries(PUSHES))('after an abort before %s', async (_, act) => {
    const controller = createPushController()
    await expectEnd(controller, act({ controller, signal: aborted }))
  })
})

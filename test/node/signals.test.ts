import { getEventListeners } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { gzip, zip } from '../support/packing.ts'

const CALLS = 1000
const AT_ONCE = 50

let folder: string
let path: string
let tar: Uint8Array<ArrayBuffer>
let packed: Uint8Array<ArrayBuffer>
let zipped: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signals-'))
  path = join(folder, 'image.tar')
  tar = await createTestArchive()
  packed = await gzip(tar)
  zipped = await zip({ 'image.tar': tar })
  writeFileSync(path, tar)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Calls of public functions of both entries, each with the signal. They depend on nothing that another one changes. */
async function createCalls(signal: AbortSignal): Promise<ReadonlyArray<() => Promise<unknown>>> {
  const options = { signal }
  const archives = {
    portable: () => portable.openArchive(tar, options),
    node: () => node.openArchive(path, options),
  }
  const calls = [portable, node].map(async (sdk) => {
    const isNode = sdk === node
    const archive = isNode ? path : tar
    const handle = sdk.openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
    const digest = await portable.pushDockerTar(tar, handle, 'team/app', 'v1', options)
    const { images } = await archives.portable()
    const open = async (input: unknown) => {
      const opened = isNode
        ? await node.openArchive(input as string, options)
        : await portable.openArchive(input as Blob, options)
      await opened.close()
    }
    return [
      () => open(archive),
      () => open(packed),
      () => open(new Blob([packed]).stream()),
      () => open(zipped),
      () => (isNode ? node : portable).listZipEntries(zipped, options),
      () => (isNode ? node.inspectDockerTar(path, options) : portable.inspectDockerTar(tar, options)),
      () => (isNode ? node.validateDockerTar(path, options) : portable.validateDockerTar(tar, options)),
      () =>
        isNode
          ? node.pushDockerTar(path, handle, 'team/app', 'v1', options)
          : portable.pushDockerTar(tar, handle, 'team/app', 'v1', options),
      () => sdk.planPush(images as never, handle, { ...options, rename: () => 'team/app:v2' } as never),
      () => sdk.checkRegistryConnectivity(handle, options),
      () => sdk.listRepositories(handle, options),
      () => sdk.listTags(handle, 'team/app', options),
      () => sdk.getManifest(handle, 'team/app', 'v1', options),
      () => sdk.getImageInfo(handle, 'team/app', digest, options),
      () => sdk.deleteImage(handle, 'team/app', 'none', options),
    ]
  })
  return (await Promise.all(calls)).flat()
}

describe('one signal for a thousand calls', () => {
  it.each([1, AT_ONCE])(
    'causes no warning, and has no listener when they have ended: %d at once',
    async (atOnce) => {
      const { signal } = new AbortController()
      const warnings: Error[] = []
      const note = (warning: Error) => warnings.push(warning)
      process.on('warning', note)
      const calls = await createCalls(signal)
      let next = 0
      const work = async () => {
        while (next < CALLS) await calls[next++ % calls.length]?.()
      }
      await Promise.all(Array.from({ length: atOnce }, work))
      // A warning is told in a later turn.
      await new Promise((resolve) => setTimeout(resolve, 10))
      process.off('warning', note)
      expect(warnings).toEqual([])
      expect(getEventListeners(signal, 'abort')).toEqual([])
    },
    120_000,
  )
})

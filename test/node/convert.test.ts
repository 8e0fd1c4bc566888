import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import * as node from '../../src/node/index.ts'
import {
  type Image,
  openArchive,
  parseRepositoryTag,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  type WriteOptions,
} from '../../src/node/index.ts'
import { describeConversions } from '../support/convert-contract.ts'
import { SAVED_ARCHIVES } from '../support/saved-archives.ts'
import { writeTar } from '../support/writing.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`../archives/${name}`, import.meta.url))

describeConversions('conversions of archives of real tools, from the Node entry', node, pathOf)

/** The archives that have something to convert, with the options that they need in a push and in a conversion. */
const CONVERTED = SAVED_ARCHIVES.filter(({ given }) => !(given instanceof RegExp) || /choose/i.test(given.source)).map(
  ({ name, own }) => ({ name, hasNames: !(own instanceof RegExp) }),
)

let count = 0
const run = Date.now().toString(36)
const nextFolder = () => `converted-${run}/${count++}`

/** All that a conversion keeps of an image. */
function identityOf({ manifest, config, configuration, layers, subject, children }: Image): object {
  return {
    digest: manifest.digest,
    config: config?.digest,
    diffIds: configuration?.diffIds,
    layers: layers.map(({ digest, mediaType, size }) => ({ digest, mediaType, size })),
    subject,
    children: children.map(identityOf),
  }
}

describe('an archive that was converted', () => {
  it.each(CONVERTED)('has the digests that $name has in a registry', async ({ name, hasNames }) => {
    const url = inject('registryUrl')
    const converted = await writeTar(await imagesOf(name))
    const push = async (archive: string | Uint8Array<ArrayBuffer>) => {
      const folder = nextFolder()
      if (!hasNames) return [await pushDockerTar(archive, url, folder, 'v1')]
      const rename = (original: string) => {
        const { repository, tag } = parseRepositoryTag(original)
        return `${folder}/${repository}:${tag}`
      }
      return pushDockerTarWithAllOriginalTags(archive, url, { rename })
    }
    const pushed = new Set(await push(converted))
    expect(pushed).toEqual(new Set(await push(pathOf(`${name}.tar`))))
    expect(pushed.size).toBeGreaterThan(0)
  })

  it.each(CONVERTED)('is the same again after a second conversion: $name', async ({ name }) => {
    const once = await writeTar(await imagesOf(name))
    const { images, warnings } = await openArchive(once)
    expect(warnings).toEqual([])
    expect(Buffer.compare(once, await writeTar(images))).toBe(0)
  })

  it.each(CONVERTED)('keeps configs and diff IDs from OCI to Docker and back: $name', async ({ name }) => {
    const [oci] = await convert(await imagesOf(name), { format: 'oci' })
    const [docker] = await convert(await imagesOf(name), { format: 'docker' })
    const [back] = await convert(docker ? [docker] : [], { format: 'oci' })
    const platforms = oci ? platformsOf(oci) : []
    expect(platforms).toContainEqual(docker?.configuration)
    expect([back?.config?.digest, back?.configuration]).toEqual([docker?.config?.digest, docker?.configuration])
    // The manifest that an archive without one gets is always the same.
    expect(back && identityOf(back)).toEqual(docker && identityOf(docker))
  })
})

async function imagesOf(name: string): Promise<readonly Image[]> {
  return (await openArchive(pathOf(`${name}.tar`))).images
}

async function convert(images: readonly Image[], options: WriteOptions): Promise<readonly Image[]> {
  return (await openArchive(await writeTar(images, options))).images
}

const platformsOf = (image: Image): readonly unknown[] => [image.configuration, ...image.children.flatMap(platformsOf)]

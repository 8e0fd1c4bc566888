import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import * as sdk from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { REGISTRY } from '../support/protected-registry.ts'

describe('a URL with a password, where something else should be', () => {
  const url = 'https://ci:hunter2@registry.example.com'
  const archive = createTestArchive()

  it.each<[string, () => Promise<unknown>]>([
    ['the registry', () => sdk.listTags(url, 'team/app')],
    ['the repository', () => sdk.listTags(REGISTRY, `${url}/team/app`)],
    ['the tag to read', () => sdk.getManifest(REGISTRY, 'team/app', url)],
    ['the tag to delete', () => sdk.deleteImage(REGISTRY, 'team/app', url)],
    ['the tags to delete', () => sdk.planDelete(REGISTRY, 'team/app', [url])],
    ['the digest to delete', () => sdk.deleteImageByDigest(REGISTRY, 'team/app', url)],
    ['the digest of a blob', () => sdk.readBlob(REGISTRY, 'team/app', url)],
    ['the digest to tag', () => sdk.setTags(REGISTRY, 'team/app', url, ['v1'])],
    ['a tag to set', () => sdk.retagImage(REGISTRY, 'team/app', 'v1', [url])],
    ['the options', () => sdk.openImage(REGISTRY, 'team/app', 'v1', url as unknown as object)],
    ['the image to edit', () => sdk.editImage(url as unknown as sdk.Image, {})],
    ['an artifact', () => sdk.pullArtifact(REGISTRY, 'team/app', url)],
    ['the title of a file', () => sdk.pushArtifact(REGISTRY, 'a', 'v1', [{ title: url, data: new Uint8Array(1) }])],
    ['the path of a file', () => sdk.createImage({ files: { [`/${url}`]: '' } })],
    ['the files', () => sdk.pushArtifact(REGISTRY, 'a', 'v1', url as unknown as sdk.ArtifactFile[])],
    ['the image of an archive', async () => sdk.push(await archive, REGISTRY, { image: url })],
    ['a platform', async () => sdk.push(await archive, REGISTRY, { repository: 'a', platform: url })],
    ['a reference to pull', () => sdk.pullBundle(REGISTRY, [url])],
    ['the tag to push', async () => sdk.pushDockerTar(await archive, REGISTRY, 'team/app', url)],
    ['a port', async () => sdk.editImage(await image(), { exposedPorts: [url] })],
    [
      'the source of a copy',
      () => sdk.copyImage({ registry: url, repository: 'a', reference: 'v1' }, { registry: '' }),
    ],
  ])('is in the error without its password when it is %s', async (_, call) => {
    const error = await call().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 12, showHidden: true }) + JSON.stringify(error)).not.toContain('hunter2')
  })

  async function image(): Promise<sdk.Image> {
    const { images } = await sdk.openArchive(await archive)
    return images[0] as sdk.Image
  }
})

import { describe, expect, inject, it } from 'vitest'
import { appendLayer, createImage, getManifest, isIndex, openImage, pushImage } from '../../src/index.ts'
import { MADE_CONFIG, MADE_DIGESTS, madeFiles } from '../support/made-image.ts'

// The page is of another origin than the real registry.

const repository = () => `page-made/${crypto.randomUUID()}`

describe('createImage() in a page', () => {
  it.each(['gzip', 'zstd'] as const)('gives the digest of every other runtime with %s', async (compress) => {
    const image = await createImage({ files: madeFiles(), config: MADE_CONFIG }, { compress })
    expect(image.manifest.digest).toBe(MADE_DIGESTS[compress])
  })

  it('makes an image of Files, which a push brings into the real registry', async () => {
    const [url, name] = [inject('registryUrl'), repository()]
    const files = [new File(['<h1>Hello</h1>'], 'index.html'), new File([new Uint8Array(12_000_000)], 'zeros')]
    const image = await createImage({ files, config: { cmd: ['/bin/serve'] } }, { at: '/srv', compress: false })
    expect(await pushImage(image, url, name, 'v1')).toBe(image.manifest.digest)

    const base = await openImage(url, name, 'v1')
    const appended = await appendLayer(base, [new File(['<h1>Hello again</h1>'], 'index.html')], { at: '/srv' })
    await pushImage(appended, url, name, 'v2')
    const { manifest } = await getManifest(url, name, 'v2')
    if (isIndex(manifest)) return expect.fail('expected an image manifest')
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(appended.layers.map(({ digest }) => digest))
    expect(manifest.layers[0]?.digest).toBe(image.layers[0]?.digest)
  })
})

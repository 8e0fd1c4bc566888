import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getManifest, openRegistry, pushDockerTar, ResponseError } from '../../src/index.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { rejection } from '../support/errors.ts'
import { describeForeignLayers, windowsImage } from '../support/foreign-layers-contract.ts'

describeForeignLayers()

describe('a real registry', () => {
  let forbidding: Distribution
  let allowing: Distribution
  beforeAll(async () => {
    forbidding = await startDistribution()
    const settings = { REGISTRY_VALIDATION_MANIFESTS_URLS_ALLOW: '[^https://mcr\\.example/]' }
    allowing = await startDistribution({ settings })
  })
  afterAll(() => Promise.all([forbidding.stop(), allowing.stop()]))

  it('refuses foreign layers as it is set up at first, and the error says what to do', async () => {
    const { layout, base } = await windowsImage()
    const error = await rejection(pushDockerTar(layout.tar(), openRegistry(forbidding.url), 'win', 'v1'), ResponseError)
    expect(error.message).toContain(`does not accept the foreign layers of the image (${base.digest})`)
    expect(error.message).not.toMatch(/plan and push again/)
  })

  it('takes them with the setting that the error names, with their bytes or without', async () => {
    const { layout, manifest } = await windowsImage()
    const registry = openRegistry(allowing.url)
    for (const foreignLayers of ['skip', 'upload'] as const) {
      expect(await pushDockerTar(layout.tar(), registry, `win/${foreignLayers}`, 'v1', { foreignLayers })).toBe(
        manifest.digest,
      )
      expect((await getManifest(registry, `win/${foreignLayers}`, 'v1')).digest).toBe(manifest.digest)
    }
  })
})

import { expect, inject, it } from 'vitest'
import { getImageInfo, openRegistry, pushDockerTar } from '../../src/index.ts'
import { describeForeignFiles } from '../support/foreign-files-contract.ts'
import { describeGoNil, layoutOf } from '../support/go-nil-contract.ts'
import { describeOtherDigests } from '../support/other-digests-contract.ts'
import { describeVerifying } from '../support/verify-contract.ts'

describeForeignFiles()
describeGoNil()
describeOtherDigests()
describeVerifying()

it('a real registry takes and gives an image whose layers are null', async () => {
  const { layout, manifest } = await layoutOf({ layers: null })
  const registry = openRegistry(inject('registryUrl'))
  expect(await pushDockerTar(layout.tar(), registry, 'odd/no-layers', 'v1')).toBe(manifest.digest)
  expect(await getImageInfo(registry, 'odd/no-layers', 'v1')).toMatchObject({ layerCount: 0, digest: manifest.digest })
})

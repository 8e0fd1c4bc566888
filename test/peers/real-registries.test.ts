import { afterAll, beforeAll } from 'vitest'
import * as node from '../../src/node/index.ts'
import { asBytes } from '../support/archive-contract.ts'
import type { Distribution } from '../support/distribution.ts'
import { describeReal, REAL_REGISTRIES } from '../support/real-registries.ts'
import { describeRegistry } from '../support/registry-contract.ts'

describeReal('{}', REAL_REGISTRIES, ({ profile, start }) => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await start()
  })
  afterAll(() => registry?.stop())

  describeRegistry('the Node entry', node, () => ({ url: registry.url, takesOciOnly: profile === 'zot' }), asBytes)
})

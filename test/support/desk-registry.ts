import { openRegistry, type RegistryOptions } from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { createOrigins, type Handler } from './origins.ts'
import { DESK, REGISTRY, withTokens } from './protected-registry.ts'
import { createTokenDesk, type TokenDeskOptions } from './token-desk.ts'

export const PASSWORD = { username: 'ci', password: 'hunter2' }
export const BASIC = `Basic ${btoa('ci:hunter2')}`

/** A registry with a token server beside it, of the same site. */
export function withDesk(options: TokenDeskOptions & Pick<RegistryOptions, 'credentials' | 'retry'> = {}) {
  const registry = createTestRegistry()
  const desk = createTokenDesk(options)
  const servers: Record<string, Handler> = {
    [REGISTRY]: withTokens(registry, desk, `${DESK}/token`),
    [DESK]: desk.fetch,
  }
  const origins = createOrigins(servers)
  const { credentials, retry = 0 } = options
  const handle = openRegistry(REGISTRY, { fetch: origins.fetch, retry, ...(credentials && { credentials }) })
  return { registry, desk, origins, handle, servers }
}

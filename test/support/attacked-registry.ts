import { openRegistry, pushDockerTar, type RegistryOptions } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type Attack, createHostileRegistry } from './hostile-registry.ts'
import { REGISTRY } from './protected-registry.ts'

export const CREDENTIALS = { username: 'ci', password: 'hunter2-hunter2' }
export const BASIC = `Basic ${btoa('ci:hunter2-hunter2')}`
export const HEADERS = { 'x-team-secret': 'blue-blue' }
/** What no other server may see, and no error may show. */
export const SECRETS = [CREDENTIALS.password, btoa('ci:hunter2-hunter2'), '-of-the-desk', HEADERS['x-team-secret']]

/** A registry that attacks, and a handle for it that has secrets. */
export function attacked(attack: Attack = {}, options: RegistryOptions = {}) {
  const world = createHostileRegistry(attack)
  const settings = { fetch: world.fetch, retry: 1, credentials: CREDENTIALS, headers: HEADERS, ...options }
  return { world, handle: openRegistry(attack.registry ?? REGISTRY, settings) }
}

/** Pushes an image to `team/app:v1`. */
export const push = async (handle: ReturnType<typeof openRegistry>, options = {}) =>
  pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1', options)

/** Moves uploads elsewhere. */
export const uploadsAt =
  (origin: string): Attack['change'] =>
  (request, response) => {
    const location = response.headers.get('location')
    if (request.method !== 'PUT' && location?.includes('/uploads/')) response.headers.set('location', origin + location)
    return undefined
  }

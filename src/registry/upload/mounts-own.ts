import type { Descriptor } from '../../oci/descriptor.ts'
import { type Registry, withScopes } from '../registry.ts'
import { locateRepository } from '../repository.ts'
import { openSession } from './open.ts'
import { cancelSession } from './session.ts'

/**
 * Finds out whether a registry mounts a blob from the repository that it is in. Then the opening of an upload tells
 * whether a blob is there. A registry that opens an upload instead gets it cancelled.
 *
 * @param blob A blob that the repository has.
 */
export async function mountsOwn(
  registry: Registry,
  repository: string,
  blob: Descriptor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const target = withScopes(registry, locateRepository(registry.url, repository).push)
  const upload = {
    registry: target,
    repository,
    blob,
    send: (request: Parameters<Registry['send']>[0]) => target.send({ signal, ...request }),
  }
  const opened = await openSession(upload, repository)
  if (opened === 'mounted') return true
  await cancelSession(upload, opened)
  return false
}

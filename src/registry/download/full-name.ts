import { isDigest } from '../../oci/digest.ts'
import { isDockerHub } from '../../oci/registry-address.ts'
import { locateRepository } from '../repository.ts'

/**
 * Returns the whole names of an image of a registry, as `docker pull` takes them: `docker.io/library/app:v1`. There is
 * none for a digest.
 */
export function fullNames(registry: string, repository: string, reference: string): readonly string[] {
  if (isDigest(reference)) return []
  const url = new URL(registry)
  const host = isDockerHub(url) ? 'docker.io' : url.host
  const { name } = locateRepository(registry, repository)
  return [`${host}${url.pathname}${name}:${reference}`]
}

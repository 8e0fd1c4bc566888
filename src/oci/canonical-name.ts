import { DOCKER_HUB, type ParsedRepositoryTag } from './reference.ts'

/**
 * Writes a name in full, with its registry: `docker.io/library/nginx:1.29`. containerd, Docker and podman store images
 * by such names.
 */
export function canonicalName({ registry = DOCKER_HUB, repository, tag }: ParsedRepositoryTag): string {
  const isOfficial = registry === DOCKER_HUB && !repository.includes('/')
  return `${registry}/${isOfficial ? 'library/' : ''}${repository}:${tag}`
}

import { parseReference, ValidationError } from '../../node/index.ts'
import { UsageError } from '../terminal/usage-error.ts'

/** The parts of a reference: a repository of a registry, and an image in it. */
export interface Place {
  /** The address of the registry, for `openRegistry`. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string | undefined
  readonly digest?: string | undefined
}

const SCHEME = /^https?:\/\//

/**
 * Parses a reference as `docker pull` does: `registry/repository[:tag][@digest]`. A name without a registry is one of
 * Docker Hub. A reference may begin with `http://` or `https://`; then its first part is the registry in any case.
 *
 * @throws {UsageError} if the text names a registry
 * @throws {ValidationError} if the text is not a reference
 */
export function parsePlace(text: string): Place {
  const [scheme = ''] = SCHEME.exec(text) ?? []
  const name = text.slice(scheme.length)
  refuseUserInfo(name)
  if (scheme === '' && HOST.test(name)) throw registryAsImage(name)
  const { registry, repository, ...rest } = parseReference(name)
  if (registry !== undefined || scheme === '') {
    return { registry: scheme + (registry ?? 'docker.io'), repository, ...rest }
  }
  const [host = '', ...path] = repository.split('/')
  if (path.length === 0) {
    throw new ValidationError('REFERENCE_INVALID', `Cannot use "${text}" as an image reference: it has no repository`, {
      remedy: 'use [registry/]repository[:tag][@digest], as in "http://localhost:5000/team/app:v1"',
      input: text,
    })
  }
  return { registry: scheme + host, repository: path.join('/'), ...rest }
}

/**
 * Parses the reference of a place to send an image to. It has no digest.
 *
 * @param act What is done there: `push`.
 * @throws {UsageError} if it has a digest
 */
export function parseDestination(text: string, act: string): Omit<Place, 'digest'> {
  const { digest, ...place } = parsePlace(text)
  if (digest === undefined) return place
  throw new UsageError(`Cannot ${act} to "${text}": a digest is not a destination`, 'pass registry/repository:tag')
}

/** The error for a registry where an image or a repository is expected. */
export function registryAsImage(text: string): UsageError {
  return new UsageError(`Cannot use "${text}" as an image: it names a registry`, `add a repository: ${text}/app:v1`)
}

/** Refuses a user name and a password in a reference. The error does not show the text. */
function refuseUserInfo(name: string): void {
  const [, ...parts] = name.split('@')
  if (parts.length === 0 || (parts.length === 1 && /^[a-z0-9]+:[0-9a-f]{32,}$/i.test(parts[0] ?? ''))) return
  throw new ValidationError('REFERENCE_INVALID', 'Cannot use the image reference: no digest follows its "@"', {
    remedy: 'write a digest as "sha256:…", and pass a password to "registry-client login" only',
  })
}

/** The tag or the digest of a place. The default tag is `latest`. */
export function referenceOf({ tag = 'latest', digest }: Place): string {
  return digest ?? tag
}

/** Formats the name of a repository with its registry, as Docker writes it. */
export function nameOf({ registry, repository }: Pick<Place, 'registry' | 'repository'>): string {
  return `${hostOf(registry)}/${repository}`
}

/** The host of a registry's address, and its port. */
export function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\/|\/$/g, '')
}

/** Formats an image as people name it: `localhost:15000/team/app:v1@sha256:…`. */
export function formatPlace({ registry, repository, tag, digest }: Place): string {
  return `${nameOf({ registry, repository })}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** A host with a dot, or `localhost`, or an IPv6 address, with or without a port. */
const HOST = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i

/**
 * Reads a text as the address of a registry, if it is one and not the name of an image: `localhost:15000`,
 * `registry.example.com`, `https://registry.example.com`. A slash at the end makes any host an address: `registry/`,
 * `registry:5000/`. Without it, `app:5000` is the tag `5000` of an image.
 *
 * @returns the address, or `undefined` if the text is something else
 */
export function readRegistryAddress(text: string): string | undefined {
  const [scheme = ''] = SCHEME.exec(text) ?? []
  const host = text.slice(scheme.length).replace(/\/$/, '')
  if (host === '' || host.includes('/')) return undefined
  return scheme !== '' || text.endsWith('/') || HOST.test(host) ? scheme + host : undefined
}

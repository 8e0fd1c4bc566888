import { parseReference } from '../../node/index.ts'

/** The parts of a reference: a repository of a registry, and an image in it. */
export interface Place {
  /** The address of the registry, for `openRegistry`. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string | undefined
  readonly digest?: string | undefined
}

/**
 * Parses a reference as `docker pull` does: `registry/repository[:tag][@digest]`. A name without a registry is one of
 * Docker Hub. A reference may begin with `http://` or `https://`.
 *
 * @throws {ValidationError} if the text is not a reference
 */
export function parsePlace(text: string): Place {
  const [scheme = '', name = text] = text.split(/^(https?:\/\/)/).slice(1)
  const { registry = 'docker.io', ...rest } = parseReference(name)
  return { registry: scheme + registry, ...rest }
}

/** The tag or the digest of a place. The default tag is `latest`. */
export function referenceOf({ tag = 'latest', digest }: Place): string {
  return digest ?? tag
}

/** Formats the name of a repository with its registry, as Docker writes it. */
export function nameOf({ registry, repository }: Pick<Place, 'registry' | 'repository'>): string {
  return `${registry.replace(/^https?:\/\/|\/$/g, '')}/${repository}`
}

/**
 * Reads a text as the address of a registry, if it is one and not the name of a repository: `localhost:15000`,
 * `registry.example.com/`, `https://registry.example.com`.
 *
 * @returns the address, or `undefined` if the text is something else
 */
export function readRegistryAddress(text: string): string | undefined {
  return /^((?:https?:\/\/)?(?:localhost|[^/]*[.:][^/]*))\/?$/.exec(text)?.[1]
}

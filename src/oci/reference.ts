import { ValidationError } from '../errors.ts'
import { type Digest, isDigest, isOtherDigest, parseDigest } from './digest.ts'

/** A repository and a tag in it. */
export interface RepositoryTag {
  readonly repository: string
  readonly tag: string
}

/** A name as `docker tag` takes it, in its parts. */
export interface ParsedRepositoryTag extends RepositoryTag {
  /** The registry's host, with its port if there is one. Absent where the name has none. */
  readonly registry?: string
}

// distribution-spec § Pulling manifests, and the grammar of names in distribution's "reference" package.
const PATH_COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`)
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const HOST_LABEL = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])'
const REGISTRY = new RegExp(`^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?$`)
const MAX_REPOSITORY_LENGTH = 255
/** A digest or an image's ID. By the grammar it could be a name, but Docker takes it for none either. */
const ID = /^(?:(?:sha256|sha384|sha512):)?[0-9a-f]{64,}$/

const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_NAMES: readonly string[] = [DOCKER_HUB, 'index.docker.io']

/**
 * Splits a name such as `localhost:5000/team/app:v1` by the reference grammar that Docker uses: what stands before
 * the first slash is a registry if it has a dot, a colon or a capital letter, or is `localhost`.
 * Docker Hub's official images lose their `library/` (`docker.io/library/nginx` is `nginx`); a missing tag is `latest`.
 *
 * @throws {ValidationError} if the text is no such name, but a digest or an image's ID for example
 */
export function parseRepositoryTag(text: string): ParsedRepositoryTag {
  const name = readName(text)
  if (name) return name
  throw new ValidationError(
    `Cannot read ${JSON.stringify(text)} as an image name: expected [registry/]repository[:tag], as in "localhost:5000/team/app:v1"`,
    { input: text },
  )
}

/** Tells whether an image can be pushed by this name. Archives also name images by digests, by IDs, and as `<none>:<none>`. */
export function isName(text: string): boolean {
  return readName(text) !== undefined
}

/** Tells whether a text is a tag, and not an image's ID. */
export function isTag(text: string): boolean {
  return TAG.test(text) && !isId(text)
}

/** Tells whether a text is an image's ID, or another digest. */
export function isId(text: string): boolean {
  return ID.test(text)
}

function readName(text: string): ParsedRepositoryTag | undefined {
  const { registry, rest } = splitRegistry(text)
  const isHub = registry !== undefined && DOCKER_HUB_NAMES.includes(registry)
  const name = isHub ? rest.replace(/^library\/(?=[^/]+$)/, '') : rest
  const colon = name.indexOf(':')
  const repository = colon < 0 ? name : name.slice(0, colon)
  const tag = colon < 0 ? 'latest' : name.slice(colon + 1)
  const isValid = (registry === undefined || REGISTRY.test(registry)) && isRepository(repository) && TAG.test(tag)
  const isElsewhere = registry !== undefined && !isHub
  if (!isValid || isId(name) || (!isElsewhere && isId(repository))) return undefined
  return { ...(registry !== undefined && { registry: isHub ? DOCKER_HUB : registry }), repository, tag }
}

/** Where a name leads in another registry: its repository and tag. Throws what `parseRepositoryTag` throws. */
export function dropRegistry(name: string): RepositoryTag {
  const { repository, tag } = parseRepositoryTag(name)
  return { repository, tag }
}

function splitRegistry(text: string): { registry?: string; rest: string } {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  const isRegistry = /[.:A-Z]/.test(first) || first === 'localhost'
  return isRegistry ? { registry: first, rest: text.slice(slash + 1) } : { rest: text }
}

/**
 * Checks the name of a repository, as it stands in a registry's URLs.
 *
 * @throws {ValidationError} if it is none
 */
export function parseRepository(text: string): string {
  if (isRepository(text)) return text
  throw new ValidationError(
    `Cannot use ${JSON.stringify(text)} as a repository: expected lower-case words as in "team/app", without a registry and without a tag`,
    { input: String(text) },
  )
}

/**
 * Checks a tag.
 *
 * @throws {ValidationError} if it is none
 */
export function parseTag(text: string): string {
  if (typeof text === 'string' && TAG.test(text)) return text
  throw new ValidationError(
    `Cannot use ${JSON.stringify(text)} as a tag: expected at most 128 letters, digits, "_", "." and "-", the first no "." or "-"`,
    { input: String(text) },
  )
}

/**
 * Checks what names a manifest in its repository: a tag or a digest.
 *
 * @throws {ValidationError} if it is neither
 */
export function parseReference(text: string): string | Digest {
  return isDigest(text) || isOtherDigest(text) ? parseDigest(text, 'the manifest') : parseTag(text)
}

/** Tells whether a text is the name of a repository. */
export function isRepository(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_REPOSITORY_LENGTH && REPOSITORY.test(text)
}

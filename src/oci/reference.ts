import { ValidationError } from '../errors.ts'
import { type Digest, isDigest, isOtherDigest, parseDigest } from './digest.ts'
import { showJson } from './json.ts'
import { DOCKER_HUB_NAMES, parseRegistryAddress } from './registry-address.ts'

/** A repository and a tag in it. */
export interface RepositoryTag {
  readonly repository: string
  readonly tag: string
}

/** The parts of a name as `docker tag` takes it. */
export interface ParsedRepositoryTag extends RepositoryTag {
  /** The registry's host, with its port if there is one. Absent if the name has none. */
  readonly registry?: string
}

/** The parts of a name as `docker pull` takes it. */
export interface ParsedReference extends Pick<ParsedRepositoryTag, 'registry' | 'repository'> {
  /** Absent if the name has none. */
  readonly tag?: string
  /** Absent if the name has none. Usually by SHA-256, but it may be by another registered algorithm. */
  readonly digest?: string
}

// distribution-spec § Pulling manifests, and the grammar of names in distribution's "reference" package.
const PATH_COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`)
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const HOST_LABEL = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])'
const REGISTRY = new RegExp(`^(?:${HOST_LABEL}(?:\\.${HOST_LABEL})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?$`)
const MAX_REPOSITORY_LENGTH = 255
/** A digest or an image's ID. By the grammar it could be a name, but Docker does not take it for one. */
const ID = /^(?:(?:sha256|sha384|sha512):)?[0-9a-f]{64,}$/

export const DOCKER_HUB = 'docker.io'

/**
 * Splits an image name such as `localhost:5000/team/app:v1` by the grammar that Docker uses. The part before the first
 * slash is a registry if it has a dot, a colon or a capital letter, or is `localhost`. Docker Hub's official images
 * lose their `library/`: `docker.io/library/nginx` is `nginx`.
 *
 * @param text The name. It must not have a digest; `parseReference` takes those.
 * @returns the repository, the tag (`latest` if the name has none) and the registry, if the name has one.
 * @throws {ValidationError} if the text is not such a name, for example a digest or an image's ID.
 * @example
 * ```ts
 * import { parseRepositoryTag } from 'registry-api-v2-client'
 *
 * console.log(parseRepositoryTag('ghcr.io/team/app:v1')) // { tag: 'v1', registry: 'ghcr.io', repository: 'team/app' }
 * ```
 */
export function parseRepositoryTag(text: string): ParsedRepositoryTag {
  const name = readName(text)
  if (name) return name
  throw invalid(text, 'an image name', 'use [registry/]repository[:tag], as in "localhost:5000/team/app:v1"')
}

/**
 * Splits an image name that may have a tag, a digest, or both: `localhost:5000/team/app:v1@sha256:…`. The rules for
 * the registry are those of `parseRepositoryTag`.
 *
 * @param text The name.
 * @returns the repository, and the registry, the tag and the digest that the name has. There is no default tag.
 * @throws {ValidationError} if the text is not such a name, for example a lone digest or an image's ID.
 * @example
 * ```ts
 * import { parseReference } from 'registry-api-v2-client'
 *
 * const digest = `sha256:${'e6'.repeat(32)}`
 * console.log(parseReference(`team/app@${digest}`)) // { repository: 'team/app', digest: 'sha256:…' }
 * ```
 */
export function parseReference(text: string): ParsedReference {
  const [name = '', digest, ...more] = String(text).split('@')
  const isValid = digest === undefined || isDigest(digest) || isOtherDigest(digest)
  const parts = typeof text === 'string' && isValid && more.length === 0 ? readParts(name) : undefined
  if (parts) return { ...parts, ...(digest !== undefined && { digest }) }
  throw invalid(
    text,
    'an image reference',
    'use [registry/]repository[:tag][@digest], as in "localhost:5000/team/app:v1"',
  )
}

/**
 * Tells whether an image can be pushed by this name. Archives also name images by digests, by IDs, and as
 * `<none>:<none>`.
 */
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
  const parts = readParts(text)
  return parts && { tag: 'latest', ...parts }
}

function readParts(text: string): Omit<ParsedReference, 'digest'> | undefined {
  const { registry, rest } = splitRegistry(text)
  const [repository, ...tags] = rest.split(':')
  const isElsewhere = registry !== undefined && registry !== DOCKER_HUB
  if (!isRepository(repository) || tags.length > 1 || !tags.every((tag) => TAG.test(tag))) return undefined
  if ((isElsewhere && !REGISTRY.test(registry)) || isId(rest) || (!isElsewhere && isId(repository))) return undefined
  const [tag] = tags
  return { ...(registry !== undefined && { registry }), repository, ...(tag !== undefined && { tag }) }
}

/** Where a name leads in another registry: its repository and tag. Throws what `parseRepositoryTag` throws. */
export function dropRegistry(name: string): RepositoryTag {
  const { repository, tag } = parseRepositoryTag(name)
  return { repository, tag }
}

/** Splits off the registry in front of a name, which need not be valid. */
function splitRegistry(text: string): { registry?: string; rest: string } {
  const slash = text.indexOf('/')
  const first = text.slice(0, Math.max(slash, 0))
  if (!/[.:A-Z]/.test(first) && first !== 'localhost') return { rest: text }
  const rest = text.slice(slash + 1)
  if (!DOCKER_HUB_NAMES.includes(first)) return { registry: first, rest }
  return { registry: DOCKER_HUB, rest: rest.replace(/^library\/(?=[^/]+$)/, '') }
}

/**
 * Reads the name of a repository of a registry. The registry's own host in front is dropped, once.
 *
 * @param registry The registry's base URL.
 * @throws {ValidationError} if the name is not a repository's
 */
export function parseRepositoryOf(registry: string, text: string): string {
  const name = splitRegistry(String(text))
  return parseRepository(name.registry !== undefined && isHostOf(registry, name.registry) ? name.rest : text)
}

function isHostOf(registry: string, host: string): boolean {
  const { protocol, host: own } = new URL(registry)
  const address = `${protocol}//${host}`
  return REGISTRY.test(host) && URL.canParse(address) && parseRegistryAddress(address).host === own
}

/**
 * Checks the name of a repository, as it stands in a registry's URLs.
 *
 * @throws {ValidationError} if it is not valid
 */
export function parseRepository(text: string): string {
  if (isRepository(text)) return text
  throw invalid(
    text,
    'a repository',
    'use lower-case words as in "team/app", without a tag and without another registry',
  )
}

/**
 * Checks a tag.
 *
 * @throws {ValidationError} if it is not valid
 */
export function parseTag(text: string): string {
  if (typeof text === 'string' && TAG.test(text)) return text
  throw invalid(text, 'a tag', 'use at most 128 letters, digits, "_", "." and "-", the first no "." or "-"')
}

/**
 * Checks what names a manifest in its repository: a tag or a digest.
 *
 * @throws {ValidationError} if it is neither
 */
export function parseTagOrDigest(text: string): string | Digest {
  return isDigest(text) || isOtherDigest(text) ? parseDigest(text, 'the manifest') : parseTag(text)
}

/** Tells whether a text is the name of a repository. */
export function isRepository(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_REPOSITORY_LENGTH && REPOSITORY.test(text)
}

function invalid(text: string, what: string, remedy: string): ValidationError {
  const isOptions = typeof text === 'object' && !Array.isArray(text)
  return new ValidationError('REFERENCE_INVALID', `Cannot use ${showJson(text)} as ${what}`, {
    remedy: isOptions ? 'pass a string; options come last, after the repository and the tag' : remedy,
    input: String(text),
  })
}

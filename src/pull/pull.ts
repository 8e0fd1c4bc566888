import { checkImageName, list } from '../check-options.ts'
import { isDigest } from '../oci/digest.ts'
import { parseReference, parseRepositoryOf } from '../oci/reference.ts'
import { fullNames } from '../registry/download/full-name.ts'
import { type Registry, type RegistryInput, toRegistry } from '../registry/registry.ts'
import { tarName } from '../save/file-name.ts'
import type { PullOptions } from './pull-options.ts'

/** The images of one pull, without a request sent. */
export interface Pull {
  readonly registry: Registry
  readonly targets: readonly PullTarget[]
  /** A name for the file. */
  readonly fileName: string
}

/** An image to pull. */
interface PullTarget {
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
  /** Its names in full. @default by the tag */
  readonly names?: readonly string[]
}

/** The file name of several images. */
const BUNDLE = 'images.tar'

/** Plans the pull of one image. */
export function pullOfImage(
  input: RegistryInput,
  repository: string,
  reference: string,
  { platform }: PullOptions,
): Pull {
  checkImageName(repository, reference)
  const registry = toRegistry(input)
  const name = parseRepositoryOf(registry.url, repository)
  return { registry, targets: [{ repository: name, reference }], fileName: tarName(name, reference, platform) }
}

/**
 * Plans the pull of several images.
 *
 * @param references `repository:tag`, `repository@digest`, or both: then the tag is its name.
 * @throws {TypeError} if there is no reference
 * @throws {ValidationError} if a reference is not valid
 */
export function pullOfBundle(input: RegistryInput, references: readonly string[], { platform }: PullOptions): Pull {
  const registry = toRegistry(input)
  const wanted = 'an array of names such as "team/app:v1"'
  const targets = list('references', references, wanted).map((text) => toTarget(registry, text))
  const [first] = targets
  if (!first) throw new TypeError(`Cannot use references: references is empty; pass ${wanted}`)
  const fileName = targets.length > 1 ? BUNDLE : tarName(first.repository, first.reference, platform)
  return { registry, targets, fileName }
}

function toTarget({ url }: Registry, text: string): PullTarget {
  const { registry, repository, tag, digest } = parseReference(text)
  const name = parseRepositoryOf(url, registry === undefined ? repository : `${registry}/${repository}`)
  if (digest === undefined) return { repository: name, reference: tag ?? 'latest' }
  const names = tag !== undefined && isDigest(digest) && { names: fullNames(url, name, tag) }
  return { repository: name, reference: digest, ...names }
}

import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { controlOf } from '../control/controller.ts'
import { ResponseError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { openImage } from '../registry/download/open-image.ts'
import { pausableRegistry } from '../registry/download/pausable-registry.ts'
import { manifestAt } from '../registry/manifests.ts'
import { resolveManifest } from '../registry/read-manifest.ts'
import type { ImagePush } from '../transfer/plan/needs.ts'
import type { CopiedImage, CopyOptions } from './copy-options.ts'
import type { Route } from './route.ts'

/** An image to copy, or one that is present. */
export interface PreparedCopy {
  readonly result: CopiedImage
  /** The push that copies it. Absent if there is nothing to do. */
  readonly push?: ImagePush
}

/** The digests that the tags of a copy have before it. */
interface CurrentDigests {
  readonly source: Digest | undefined
  readonly target: ReadonlyMap<string, Digest | undefined>
}

/**
 * Finds out what a copy has to do. An image that is present takes two requests, and no GET: Docker Hub counts a GET of
 * a manifest as a pull.
 *
 * @param options What `withControl` gave.
 */
export async function prepareCopy(route: Route, options: CopyOptions): Promise<PreparedCopy> {
  const { tags } = route
  const { noClobber = false, referrers, verify, existing, platform, platforms, onWarning } = options
  const current = await readDigests(route, options)
  const names = tags.length > 0 ? tags : [...current.target.keys()]
  const isAt = (digest: Digest | undefined) => names.every((name) => current.target.get(name) === digest)
  // Each of these needs more than tags with the right digest.
  const skipsPresent = !referrers && !verify && existing !== 'upload'
  const { source } = current
  if (skipsPresent && source && !platform && !platforms && isAt(source)) return present(source, tags)
  const [taken] = tags.flatMap((tag) => current.target.get(tag) ?? [])
  if (noClobber && taken && tags.every((tag) => current.target.get(tag))) {
    onWarning?.(`Nothing was copied to "${route.to}": its tags exist (${tags.join(', ')}).`)
    return { result: { digest: taken, outcome: 'kept', tags } }
  }
  const image = await open(route, source, options)
  const { digest } = image.manifest
  if (skipsPresent && isAt(digest)) return present(digest, tags)
  const isOther = (tag: string) => ![undefined, digest].includes(current.target.get(tag))
  const kept = noClobber ? tags.filter(isOther) : []
  if (kept.length > 0)
    onWarning?.(`Tags of "${route.to}" that point to other images were not changed: ${kept.join(', ')}.`)
  const set = tags.filter((tag) => !kept.includes(tag))
  const push = {
    image,
    repository: route.to,
    tags: set,
    ...(source && source !== digest && { originalDigest: source }),
  }
  return { result: { digest, outcome: 'copied', tags: set }, push }
}

function present(digest: Digest, tags: readonly string[]): PreparedCopy {
  return { result: { digest, outcome: 'present', tags } }
}

async function readDigests(
  { from, reference, to, tags, ...route }: Route,
  options: CopyOptions,
): Promise<CurrentDigests> {
  const control = controlOf(options)
  const [source, target] = [pausableRegistry(route.source, control), pausableRegistry(route.target, control)]
  const names = tags.length > 0 ? tags : [reference]
  const places = [manifestAt(source, from, reference), ...names.map((name) => manifestAt(target, to, name))]
  const digests: (Digest | undefined)[] = []
  await runPool([...places.entries()], fixed(places.length), options.signal, async ([index, place], signal) => {
    digests[index] = await resolveManifest(place, signal)
  })
  const [digest, ...found] = digests
  return { source: digest, target: new Map(names.map((name, index) => [name, found[index]])) }
}

/** Opens the image by the digest that its tag had: the tag may move meanwhile. */
async function open(route: Route, digest: Digest | undefined, options: CopyOptions): Promise<Image> {
  const { source, from, reference } = route
  const { platform, platforms, referrers, limits, onWarning, signal, runtime } = options
  const reading = { platform, platforms, referrers, limits, onWarning, signal, runtime }
  try {
    return await openImage(pausableRegistry(source, controlOf(options)), from, digest ?? reference, reading)
  } catch (error) {
    const isGone = error instanceof ResponseError && error.code === 'NOT_FOUND' && digest && !isDigest(reference)
    throw isGone ? moved(route, error) : error
  }
}

function moved({ from, reference }: Route, { method, url, status, errors }: ResponseError): ResponseError {
  const fault = `Cannot copy "${from}:${reference}": its manifest was replaced or deleted during the copy`
  return new ResponseError('CONTENT_LOST', fault, { remedy: 'copy again', method, url, status, errors })
}

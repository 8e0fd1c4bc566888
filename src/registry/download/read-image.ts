import { checkImageName } from '../../check-options.ts'
import { ValidationError } from '../../errors.ts'
import { createPortableHasher } from '../../hash/sha256.ts'
import type { Image } from '../../images/image.ts'
import { createImageTreeReader, type ReadImageTree } from '../../images/image-tree.ts'
import { runsOn } from '../../images/platforms.ts'
import { indexOfPlatforms, platformsUnder, selectPlatform } from '../../images/select-platforms.ts'
import { checkPlatforms, isWantedEntry } from '../../images/wanted-platforms.ts'
import { isAttestation } from '../../oci/attestation.ts'
import type { IndexEntry } from '../../oci/manifest.ts'
import { parseRepositoryOf } from '../../oci/reference.ts'
import { manifestAt } from '../manifests.ts'
import { type ManifestInfo, readManifest } from '../read-manifest.ts'
import type { Registry } from '../registry.ts'
import { fullNames } from './full-name.ts'
import { withDefaultLimits } from './limits.ts'
import { lostEntry } from './lost-content.ts'
import { entryOf } from './manifest-entry.ts'
import type { OpenImageOptions } from './open-image-options.ts'
import { readAgain } from './read-again.ts'
import { attachReferrers } from './referrers.ts'
import { createRegistryStore, type RegistryStore } from './registry-store.ts'

/** Reads an image of a registry; throws what `openImage` throws. */
export async function readImage(
  registry: Registry,
  given: string,
  reference: string,
  options: OpenImageOptions,
): Promise<Image> {
  checkImageName(given, reference)
  const repository = parseRepositoryOf(registry.url, given)
  const {
    platform,
    signal,
    onWarning: warn = () => {},
    runtime: { createHasher = createPortableHasher } = {},
  } = options
  const wanted = wantedPlatforms(options)
  const limits = withDefaultLimits(options.limits)
  const readRoot = (patient: Registry) => readManifest(manifestAt(patient, repository, reference), signal)
  const root = await readAgain(registry, readRoot, signal)
  const store = createRegistryStore({ registry, repository, limits, createHasher, warn, signal })
  store.keep(root)
  const isMeant = wanted && ((entry: IndexEntry, all: readonly IndexEntry[]) => isWanted(entry, all, wanted, platform))
  try {
    const whole = await readWhole(store, createImageTreeReader(store, isMeant), root)
    for (const one of wanted ?? [])
      if (!runsOn(whole, one))
        throw missingPlatform(whole, one, `${repository}${reference.includes(':') ? '@' : ':'}${reference}`)
    const chosen = platform === undefined ? whole : selectPlatform(whole, platform)
    const image = options.platforms && wanted ? await indexOfPlatforms(chosen, wanted, createHasher, warn) : chosen
    const named = { ...image, names: fullNames(registry.url, repository, reference), tags: [] }
    if (!options.referrers) return named
    // Referrers are read whole, with all their platforms.
    return await attachReferrers(named, { store, read: createImageTreeReader(store), warn, signal })
  } finally {
    store.close()
  }
}

/** @throws {ResponseError} if the registry lacks a manifest that is wanted of an index */
async function readWhole(store: RegistryStore, read: ReadImageTree, root: ManifestInfo): Promise<Image> {
  const image = await read(entryOf(root), store.name)
  const [gone] = store.gone
  if (gone || !image) throw lostEntry(store, gone ?? root, image)
  return image
}

function wantedPlatforms({ platform, platforms }: OpenImageOptions): readonly string[] | undefined {
  if (platforms !== undefined) return checkPlatforms(platforms, platform)
  return platform === undefined ? undefined : [platform]
}

/** One platform is the first of those that match, without its attestations. */
function isWanted(
  entry: IndexEntry,
  entries: readonly IndexEntry[],
  wanted: readonly string[],
  platform: string | undefined,
): boolean {
  const isMeant = isWantedEntry(entry, entries, wanted)
  if (platform === undefined || !isMeant) return isMeant
  if (isAttestation(entry)) return false
  const isEarlier = (other: IndexEntry) => other.platform !== undefined && isWantedEntry(other, entries, wanted)
  return entry.platform === undefined || entry === entries.find((other) => !isAttestation(other) && isEarlier(other))
}

function missingPlatform(image: Image, wanted: string, name: string): ValidationError {
  return new ValidationError(
    'PLATFORM_MISSING',
    `Cannot find the platform ${JSON.stringify(wanted)}: "${name}" has ${platformsUnder(image) || 'none'}`,
    { input: wanted },
  )
}

import { loaded } from '../async/lazy.ts'
import { DigestMismatchError, ValidationError } from '../errors.ts'
import type { Image } from '../images/image.ts'
import { claimedDigest } from './docker-layer.ts'
import { readDockerManifest, type TarManifestEntry } from './docker-manifest.ts'
import type { ArchiveContents } from './format.ts'
import { wrongLayers } from './layer-order.ts'
import type * as layoutReader from './oci-layout.ts'
import type { Reading } from './reading.ts'

const NOTHING = { images: [], index: undefined, lacking: [] }

/** An image of the layout whose layers `manifest.json` lists otherwise. */
interface Disputed {
  readonly image: Image
  /** Where `manifest.json` lists it. */
  readonly position: number
}

/**
 * Reads an archive that says twice what it holds, as Docker's do since version 25: by an OCI layout and by a
 * `manifest.json`. The layout is taken, since it has the images' own manifests. If it has a fault or lacks an image,
 * `manifest.json` is taken, with a warning.
 *
 * @throws {ValidationError} if neither can be used
 * @throws {DigestMismatchError} the same, where a manifest or a config is not what its path says
 */
export async function readTwoHalves(
  reading: Reading,
  { incompleteLayout, readLayout, readWholeLayout }: typeof layoutReader,
): Promise<ArchiveContents> {
  const { value: tarManifest, fault: unreadable } = await attempt(readDockerManifest(reading))
  if (!tarManifest) {
    const contents = await readWholeLayout(reading)
    if (unreadable) reading.warn(layoutTaken(unreadable))
    return contents
  }
  const layout = await attempt(readLayout(reading))
  const { images, index, lacking } = layout.value ?? NOTHING
  const disputed = findDisputed(images, tarManifest)
  const isWhole = images.length > 0 && lacking.length === 0
  const incomplete = isWhole ? undefined : incompleteLayout(lacking[0])
  const fault = layout.fault ?? incomplete ?? (await findMisfit(reading, disputed))
  const lacks = layout.value && (lacking[0] ?? configBeside(images, tarManifest))
  if (fault || lacks !== undefined) {
    const docker = await attempt(readDockerHalf(reading, tarManifest, disputed))
    if (docker.value) {
      const what = lacks === undefined ? `cannot be used (${fault?.message})` : `lacks ${lacks}`
      reading.warn(`The OCI layout in the archive ${what}; its "manifest.json" was read instead.`)
      return { format: 'docker', images: docker.value, index: undefined, tarManifest }
    }
    if (fault) throw fault
    reading.warn(layoutTaken(docker.fault))
  }
  for (const { image } of disputed) reading.warn(otherwise(image))
  return { format: 'oci', images: withNames(images, tarManifest), index, tarManifest }
}

/** The outcome of reading: a value, or the fault. Other failures, such as an abort, are thrown. */
type Attempt<T> =
  | { readonly value: T; readonly fault?: undefined }
  | { readonly value?: undefined; readonly fault: Error }

async function attempt<T>(reading: Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await reading }
  } catch (error) {
    if (error instanceof ValidationError || error instanceof DigestMismatchError) return { fault: error }
    throw error
  }
}

/** @throws {ValidationError} also if it lists disputed layers in another order than the config */
async function readDockerHalf(
  reading: Reading,
  tarManifest: readonly TarManifestEntry[],
  disputed: readonly Disputed[],
): Promise<readonly Image[]> {
  const { readDockerImages } = await loaded(import('./docker-image.ts'), reading.signal)
  const images = await readDockerImages(reading, tarManifest)
  const misfit = await findMisfit(
    reading,
    disputed.map(({ position }) => ({ position, image: images[position] as Image })),
  )
  if (misfit) throw misfit
  return images
}

/** Says that one of the images has layers that do not fit its config. Compressed layers are unpacked for it. */
async function findMisfit(reading: Reading, disputed: readonly Disputed[]): Promise<ValidationError | undefined> {
  if (disputed.length === 0) return undefined
  const { fitsConfig } = await loaded(import('./unpacked-order.ts'), reading.signal)
  for (const { image } of disputed) {
    if (!(await fitsConfig(reading, image))) return wrongLayers(image, 'their order is another one')
  }
  return undefined
}

function layoutTaken({ message }: Error): string {
  return `The "manifest.json" in the archive cannot be used (${message}); its OCI layout was read.`
}

function otherwise({ manifest: { digest } }: Image): string {
  return `The "manifest.json" in the archive lists other layers than the manifest ${digest}, which fits the config; the OCI layout was read.`
}

/** The path of a config that `manifest.json` names, and that no image of the layout has. */
function configBeside(images: readonly Image[], tarManifest: readonly TarManifestEntry[]): string | undefined {
  const configs = byConfig(images)
  return tarManifest.find((entry) => !configs.has(configOf(entry)))?.Config
}

/** Finds the images whose layers `manifest.json` lists otherwise than their manifests, as far as its paths tell. */
function findDisputed(images: readonly Image[], tarManifest: readonly TarManifestEntry[]): readonly Disputed[] {
  const configs = byConfig(images)
  return tarManifest.flatMap((entry, position) => {
    const candidates = configs.get(configOf(entry)) ?? []
    const [image] = candidates
    const digests = entry.Layers.map(claimedDigest)
    if (!image || digests.includes(undefined)) return []
    const isSame = ({ layers }: Image) => layers.map(({ digest }) => digest).join() === digests.join()
    return candidates.some(isSame) ? [] : [{ image, position }]
  })
}

/** Gives images without a name in the layout those of `manifest.json`. */
function withNames(images: readonly Image[], tarManifest: readonly TarManifestEntry[]): readonly Image[] {
  const names = new Map<string | undefined, readonly string[]>()
  for (const entry of tarManifest) {
    const config = configOf(entry)
    if (config !== undefined) names.set(config, [...(names.get(config) ?? []), ...(entry.RepoTags ?? [])])
  }
  return images.map((image) => {
    if (image.names.length > 0) return image
    return { ...image, names: [...byConfig([image]).keys()].flatMap((config) => names.get(config) ?? []) }
  })
}

/** The images of a layout, and those under them, by the hexadecimal digits of their configs. */
function byConfig(images: readonly Image[]): ReadonlyMap<string | undefined, readonly Image[]> {
  const configs = new Map<string | undefined, Image[]>()
  const collect = (image: Image) => {
    const config = image.config?.digest.slice('sha256:'.length)
    const others = configs.get(config)
    if (others) others.push(image)
    else configs.set(config, [image])
    image.children.forEach(collect)
  }
  images.forEach(collect)
  return configs
}

function configOf({ Config }: TarManifestEntry): string | undefined {
  return /[0-9a-f]{64}/.exec(Config)?.[0]
}

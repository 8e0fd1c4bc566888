import { ValidationError } from '../errors.ts'
import { dropRegistry } from '../oci/reference.ts'
import type { TarManifestEntry } from './docker-archive.ts'
import type { ImageChoice } from './options.ts'

/**
 * Chooses one image of an archive: the only one, or the one that is asked for.
 *
 * @throws {ValidationError} if that is not exactly one image; the message lists those that there are
 */
export function chooseImage(manifest: readonly TarManifestEntry[], { image }: ImageChoice): TarManifestEntry {
  const matches = manifest.filter((entry, position) => image === undefined || isMeant(entry, position, image))
  const [match] = matches
  if (match && matches.length === 1) return match
  const asked = image === undefined ? 'none was chosen' : `${JSON.stringify(image)} names ${matches.length} of them`
  throw new ValidationError(
    `Cannot choose an image: the archive holds ${manifest.length} (${manifest.map(describe).join('; ')}) and ${asked}. ` +
      'Choose one with { image: "name:tag" } or { image: index }',
    image === undefined ? {} : { input: String(image) },
  )
}

function isMeant(entry: TarManifestEntry, position: number, image: string | number): boolean {
  if (typeof image === 'number') return position === image
  return (
    entry.RepoTags?.some((name) => name === image || (name.endsWith(`/${image}`) && withoutRegistry(name) === image)) ??
    false
  )
}

function withoutRegistry(name: string): string {
  const { repository, tag } = dropRegistry(name)
  return `${repository}:${tag}`
}

function describe(entry: TarManifestEntry, position: number): string {
  return `${position}: ${entry.RepoTags?.join(', ') || 'without a name'}`
}

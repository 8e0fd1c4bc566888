import { getPrimaryTag, getTarManifest, type ImageInspect, inspectDockerTar } from 'registry-api-v2-client'

/** One image of an archive. */
export interface ArchiveImage extends ImageInspect {
  /** Which one it is in its archive, from 0. */
  readonly position: number
  /** Where it would go by its own name; empty texts if it has none. */
  readonly repository: string
  readonly tag: string
}

const NAMELESS = { repository: '', tag: '' }

/** Reads what an archive says of its images. Only headers and small JSON are read, however large it is. */
export async function readArchive(file: File, signal: AbortSignal): Promise<readonly ArchiveImage[]> {
  const manifest = await getTarManifest(file, { signal })
  return Promise.all(
    manifest.map(async (_, position) => {
      const choice = { image: position, signal }
      const primary = (await getPrimaryTag(file, choice)) ?? NAMELESS
      return { ...(await inspectDockerTar(file, choice)), ...primary, position }
    }),
  )
}

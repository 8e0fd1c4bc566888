import { type Archive, chooseImage, type Image } from '../../node/index.ts'

/**
 * Chooses an image of an archive by the value of `--image`. Numbers are positions, unless an image has that name.
 *
 * @param platform Helps where several images have the same name.
 */
export function chooseByName(archive: Archive, text: string | undefined, platform?: string): Promise<Image> {
  const isNamed = archive.images.some(({ names, tags }) => [...names, ...tags].some((name) => name === text))
  const image = text !== undefined && /^[0-9]{1,6}$/.test(text) && !isNamed ? Number(text) : text
  return chooseImage(archive, { image, platform })
}

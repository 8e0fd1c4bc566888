import { loaded } from '../async/lazy.ts'
import { imageOf, optionsOf } from '../check-options.ts'
import type { Image } from '../images/image.ts'
import type { EditOptions, ImageEdits } from './image-edits.ts'

/**
 * Edits an image: its annotations, and the labels, environment and other fields of its config. It makes a new config
 * and a new manifest, and reads no layer. The given image does not change. Push the result with `pushImage`, or write
 * it with `writeArchive`.
 *
 * Of an index, each image is edited, or those of `platforms`, and the index lists the new images. `annotations` are
 * annotations of the index itself. Attestations and signatures of changed images are left out, because they belong to
 * another digest.
 *
 * The same edit of the same image gives the same digest on every runtime. An edit that changes nothing gives the same
 * image. Each change of the config adds a step to its history, with the date of the image.
 *
 * @param image An image of `openImage` or `openArchive`, or the result of another edit.
 * @param edits `labels`, `annotations`, `env`, `cmd`, `entrypoint`, `user`, `workingDir`, `exposedPorts` and others:
 *   see `ImageEdits`. `null` removes a value.
 * @param options `platforms` (default: all), `onWarning` and `signal`; an abort rejects with the signal's reason.
 * @returns the edited image, by the same names.
 * @throws {TypeError} if `edits` has an unknown edit or a value of the wrong type, or an option has the wrong type.
 * @throws {ValidationError} if a value cannot be in an image, such as the port 0; if the image is an artifact and more
 *   than its annotations are edited; or if a platform is not there.
 * @example
 * ```ts
 * import { editImage, openImage } from 'registry-api-v2-client'
 *
 * const image = await openImage('https://registry.example.com', 'team/app', 'v7')
 * const edited = await editImage(image, { labels: { 'com.example.stage': 'live' }, env: { DEBUG: null } })
 * console.log(edited.configuration?.labels['com.example.stage']) // 'live'
 * ```
 */
export async function editImage(image: Image, edits: ImageEdits, options: EditOptions = {}): Promise<Image> {
  const { signal } = optionsOf(options)
  const { runEdit } = await loaded(import('./run-edit.ts'), signal)
  return runEdit(imageOf(image), edits, options)
}

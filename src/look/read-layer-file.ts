import { loaded } from '../async/lazy.ts'
import { optionsOf, text } from '../check-options.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { LayerReference } from './layer-options.ts'
import type { OpenedFile } from './opened-file.ts'
import type { ReadFileOptions } from './read-file-options.ts'

/**
 * Reads one file of a layer in a registry. The layer is read to its end and verified. The last entry of a name counts,
 * as when an engine unpacks the layer, and a hard link has the content that it shares.
 *
 * The content of a file up to 1 MiB is kept. For that of a larger one, the layer is read again.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param layer The layer as a manifest lists it, or its digest. For a digest, the registry is asked for the size.
 * @param path The path of the file in the image, such as `etc/motd`.
 * @param options `followLinks` (default: false), `limits`, `onProgress` and `signal`; an abort rejects with the
 *   signal's reason.
 * @returns the entry, with `bytes()` and `stream()` for its content. A symbolic link is returned as a link, unless
 *   you follow it.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if it is not a tar, is packed in another way or does not
 *   have the file, or if a name is not valid.
 * @throws {DigestMismatchError} if its bytes do not match its digest, which shows at the end.
 * @throws {ResponseError} if the registry refuses, or does not have the layer.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { openImage, readLayerFile } from 'registry-api-v2-client'
 *
 * const registry = 'https://registry.example.com'
 * const { layers } = await openImage(registry, 'team/app', 'v7')
 * for (const layer of layers.slice(0, 1)) {
 *   const { size } = await readLayerFile(registry, 'team/app', layer, 'etc/motd')
 *   console.log(size) // 21
 * }
 * ```
 */
export async function readLayerFile(
  registry: RegistryInput,
  repository: string,
  layer: LayerReference,
  path: string,
  options: ReadFileOptions = {},
): Promise<OpenedFile> {
  const { signal, followLinks = false } = optionsOf(options)
  const { openLayer } = await loaded(import('./open-layer.ts'), signal)
  const { openFile } = await loaded(import('./open-file.ts'), signal)
  const opened = await openLayer(toRegistry(registry), repository, layer, signal)
  return openFile([opened], text('path', path, 'the path of a file, such as "etc/motd"'), options, followLinks)
}

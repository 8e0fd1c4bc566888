import { loaded } from '../async/lazy.ts'
import { optionsOf } from '../check-options.ts'
import { type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { LayerFilesOptions, LayerReference } from './layer-options.ts'
import type { ListedFile } from './listed-file.ts'

/**
 * Lists the files of a layer of a registry, while the layer is read. It gives the first entries before it has read the
 * whole layer, keeps nothing, and ends the request if the loop ends early. It detects the packing (gzip, zstd or none).
 *
 * The digest is verified when the layer was read to its end: what came before a `DigestMismatchError` is not trusted.
 *
 * @param registry The registry's URL or host, or a handle of `openRegistry` if it needs credentials or other settings.
 * @param repository The name of the repository, such as `team/app`.
 * @param layer The layer as a manifest lists it, or its digest. For a digest, the registry is asked for the size.
 * @param options `limits`, `onProgress` and `signal`; an abort throws the signal's reason.
 * @returns the entries in the layer's order: files, directories, links, devices, and whiteouts that remove paths of the
 *   layers below. The iteration throws all errors, also those of a wrong call.
 * @throws {TypeError} if an argument or option has the wrong type.
 * @throws {RangeError} if one of the `limits` is negative or not a number.
 * @throws {TarReadError} if the layer is damaged or cut short, or exceeds a limit, as a decompression bomb does.
 * @throws {ValidationError} if it is not a tar, is packed in another way, or `repository` or the digest is not valid.
 * @throws {DigestMismatchError} if its bytes do not match its digest, which shows at the end.
 * @throws {ResponseError} if the registry refuses, or does not have the layer.
 * @throws {NetworkError} if the registry does not answer.
 * @example
 * ```ts
 * import { getManifest, isIndex, listLayerFiles } from 'registry-api-v2-client'
 *
 * const registry = 'https://registry.example.com'
 * const { manifest } = await getManifest(registry, 'team/app', 'v7')
 * const [layer] = isIndex(manifest) ? [] : manifest.layers
 * if (layer) {
 *   for await (const { path } of listLayerFiles(registry, 'team/app', layer)) console.log(path) // 'etc/motd'
 * }
 * ```
 */
export async function* listLayerFiles(
  registry: RegistryInput,
  repository: string,
  layer: LayerReference,
  options: LayerFilesOptions = {},
): AsyncGenerator<ListedFile, void> {
  const { signal } = optionsOf(options)
  const { openLayer, readLayer } = await loaded(import('./open-layer.ts'), signal)
  for await (const { file } of readLayer(await openLayer(toRegistry(registry), repository, layer, signal), options)) {
    yield file
  }
}

import {
  type Image,
  type Layer,
  type ListedFile,
  listImageFiles,
  type OpenedFile,
  readImageFile,
  ValidationError,
} from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { oneImage } from '../input/one-image.ts'
import { type InputChoice, openImageInput } from '../input/open-image.ts'
import { formatFile } from '../look/format-file.ts'
import { requireFree, saveFile } from '../look/save-file.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface FilesFlags extends InputChoice {
  /** The digest of a layer, or its position from 0. */
  readonly layer?: string | undefined
  readonly output?: string | undefined
  readonly force?: true | undefined
}

/** Lists the files of an image, or of one folder in it, or prints the content of one file. */
export async function files(
  context: Context,
  text: string,
  path: string | undefined,
  flags: FilesFlags,
): Promise<Result | undefined> {
  const { output } = flags
  if (output !== undefined && path === undefined) {
    throw new UsageError('Cannot use -o without the path of a file', `pass it: files ${text} etc/os-release -o FILE`)
  }
  if (output !== undefined) await requireFree(output, flags)
  const { image, close } = await openImageInput(context, text, flags)
  try {
    const { signal, showProgress } = context
    const options = { layer: chooseLayer(image, flags.layer), signal, onProgress: showProgress }
    if (path === undefined) return list(context, listImageFiles(image, options), close)
    const file = await readImageFile(image, path, { ...options, followLinks: true })
    if (file.type === 'directory' && output === undefined) return list(context, file.entries(), close)
    const result = await writeFile(context, file, flags)
    await close()
    return result
  } catch (error) {
    await close()
    throw error
  }
}

/** Lists files while they are read, and closes the image then. */
function list(
  { columns }: Context,
  files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
  close: () => Promise<void>,
): Result {
  async function* map<T>(format: (file: ListedFile) => T): AsyncGenerator<T> {
    try {
      for await (const file of files) yield format(file)
    } finally {
      await close()
    }
  }
  return { json: map(documentOf), lines: map((file) => formatFile(file, columns)) }
}

/** Writes the content of a file. */
async function writeFile(
  context: Context,
  file: OpenedFile,
  { output, force }: FilesFlags,
): Promise<Result | undefined> {
  const { path, size, type } = file
  if (type === 'directory') throw new UsageError(`Cannot write "${path}" into a file: it is a folder`, 'leave -o out')
  if (output !== undefined) {
    await saveFile(output, file.stream(), { force, signal: context.signal })
    return { json: { path: output, size, file: documentOf(file) }, lines: [output] }
  }
  if (context.settings.json) return { json: documentOf(file), lines: [] }
  await context.writeBytes(file.stream())
  return undefined
}

/** The fields of a file, its layer as a digest and its extended attributes in base64. */
function documentOf({ path, ...file }: ListedFile & { readonly layer?: Layer }): object {
  const { name, type, size, mode, uid, gid, mtime, linkTarget, device, xattrs, isUnsafe, layer } = file
  const attributes = Object.entries(xattrs).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return {
    ...{ path, name, type, size, mode, uid, gid, mtime, linkTarget, device, isUnsafe },
    xattrs: Object.fromEntries(attributes),
    layer: layer?.digest,
  }
}

/** Finds a layer by its position, or by the beginning of its digest. */
function chooseLayer(image: Image, text: string | undefined): Layer | undefined {
  if (text === undefined) return undefined
  const { layers } = oneImage(image)
  const found = /^[0-9]{1,4}$/.test(text)
    ? layers.slice(Number(text), Number(text) + 1)
    : layers.filter(({ digest }) => digest.startsWith(text) || digest.startsWith(`sha256:${text}`))
  const [layer] = found
  if (layer && found.length === 1) return layer
  const fault = found.length > 1 ? 'several layers begin so' : `the image has ${layers.length} layers, and not this one`
  throw new ValidationError('IMAGE_NOT_CHOSEN', `Cannot choose the layer "${text}": ${fault}`, {
    remedy: 'pass a position from 0, or a digest that "inspect" lists',
    input: text,
  })
}

import { loaded } from '../async/lazy.ts'
import { TarReadError } from '../errors.ts'
import { peek, streamSource } from '../source/pieces.ts'
import type { Source } from '../source/source.ts'
import { type OpenSource, type Spool, spoolToBlob } from '../source/spool.ts'
import type { ByteStream } from '../source/stream.ts'
import { foreignPackingOf, packedWith } from './foreign-packing.ts'
import { unpackGzip } from './gunzip.ts'
import { limitSize, limitUnpacked } from './limit-stream.ts'
import { MAGIC_LENGTH, type Packing, packingOf, readHead } from './packing.ts'
import { raiseLimit, type UnpackLimits } from './unpack-limits.ts'
import { unpackZstd } from './zstd-decoder.ts'

export interface UnpackOptions {
  /** @default a `Blob` */
  readonly spool: Spool | undefined
  readonly limits: UnpackLimits
  /** The path of the file to open in a zip. */
  readonly entry: string | undefined
  /** Called with the number of bytes spooled so far. */
  readonly onSpooled: (bytes: number) => void
  readonly signal?: AbortSignal | undefined
}

interface DecodeOptions extends Pick<UnpackOptions, 'limits' | 'signal'> {
  readonly gunzip?: ((packed: ByteStream) => ByteStream) | undefined
}

/** The bytes at some depth of packing: a source that can be read in any order, or a stream that can be read once. */
export type Packed = { readonly source: Source } | { readonly stream: ByteStream }

/**
 * Removes all packings of a file, including nested ones. Bytes that can be read in place are not copied. A stream is
 * spooled once, at the end.
 *
 * @throws {TarReadError} if a packing is damaged or not supported, or a limit is exceeded
 * @throws {ValidationError} if a zip has several archives and none is chosen
 */
export async function unpack(packed: Packed, options: UnpackOptions): Promise<OpenSource> {
  const spools: OpenSource[] = []
  const close = async () => {
    for (const spool of spools.splice(0)) await spool.close()
  }
  const seekable = async (bytes: Packed): Promise<Source> => {
    if ('source' in bytes) return bytes.source
    const spool = await spoolStream(bytes.stream, options)
    spools.push(spool)
    return spool
  }
  try {
    let { bytes, head } = await look(packed, options)
    for (let depth = 0; ; depth++) {
      const packing = packingOf(head)
      if (!packing) {
        refuseForeign(head)
        const source = await seekable(bytes)
        return { size: source.size, read: source.read, slice: source.slice, close }
      }
      requireDepth(depth, options.limits)
      const inner =
        packing === 'zip' ? await openZip(await seekable(bytes), options) : { stream: decode(bytes, packing, options) }
      ;({ bytes, head } = await look(inner, options))
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function look(packed: Packed, { signal }: UnpackOptions): Promise<{ bytes: Packed; head: Uint8Array }> {
  if ('source' in packed) return { bytes: packed, head: await readHead(packed.source, signal) }
  const { head, stream } = await peek(packed.stream, MAGIC_LENGTH)
  return { bytes: { stream }, head }
}

/**
 * Removes one packing, within the limits.
 *
 * @param options.gunzip @default the runtime's own decoder
 */
export function decode(
  bytes: Packed,
  packing: Exclude<Packing, 'zip'>,
  { limits, signal, gunzip = unpackGzip }: DecodeOptions,
): ByteStream {
  let packedBytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of 'source' in bytes ? streamSource(bytes.source, signal) : bytes.stream) {
      packedBytes += piece.byteLength
      yield piece
    }
  }
  const unpacked = packing === 'gzip' ? gunzip(counted()) : unpackZstd(counted())
  return limitUnpacked(unpacked, () => packedBytes, limits)
}

async function openZip(zip: Source, { entry, limits, signal }: UnpackOptions): Promise<Packed> {
  const { openZipEntry } = await loaded(import('./zip.ts'), signal)
  const opened = await openZipEntry(zip, entry, limits, signal)
  if ('source' in opened) return opened
  return { stream: limitUnpacked(opened.stream, () => opened.packedSize, limits) }
}

function spoolStream(stream: ByteStream, options: UnpackOptions): Promise<OpenSource> {
  const { spool = spoolToBlob, limits, onSpooled, signal } = options
  let bytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of limitSize(stream, limits)) {
      signal?.throwIfAborted()
      yield piece
      bytes += piece.byteLength
      onSpooled(bytes)
    }
  }
  return spool(counted(), signal)
}

/** Throws if a file that is packed has so many packings around it already. */
export function requireDepth(depth: number, { packings }: UnpackLimits): void {
  if (depth < packings) return
  throw new TarReadError('LIMIT_EXCEEDED', `Cannot unpack the archive: it is packed more than ${depth} times`, {
    remedy: raiseLimit('packings'),
  })
}

/** Throws for an unsupported packing, before its stream is spooled in vain. */
function refuseForeign(head: Uint8Array): void {
  const packing = foreignPackingOf(head)
  if (packing) throw packedWith(packing)
}

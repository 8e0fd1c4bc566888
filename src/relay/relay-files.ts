import type { FileEntry, FileIndex } from '../archive/file-index.ts'
import type { ArchiveLimits } from '../archive/limits.ts'
import { indexEntries } from '../archive/tar-files.ts'
import type { Digest } from '../oci/digest.ts'
import type { ForwardBytes } from '../source/forward-bytes.ts'
import { toSource } from '../source/from.ts'
import { readAll, type Source } from '../source/source.ts'
import { BLOCK_SIZE } from '../tar/blocks.ts'
import type { TarEntry } from '../tar/entries.ts'
import { parseTarHeader } from '../tar/header.ts'
import { packingOf } from '../unpack/packing.ts'
import type { BlobSender } from './blob-sender.ts'
import { forwardSource } from './forward-source.ts'
import { createHeld } from './held.ts'
import { notReadable } from './one-pass.ts'
import { endsInside, tarOf } from './stream-tar.ts'

/** In bytes. Smaller files are held until all is read. */
const SMALL = 64 * 1024
/** In bytes: the same for JSON. */
const MAX_JSON = 4 * 1024 * 1024
const NO_BYTES = toSource(new Uint8Array(0))

/** The files of a tar that was relayed. Small files and JSON can be read; of others only the digest is known. */
interface RelayedFiles {
  readonly files: FileIndex
  /** Gives the digest of a file that was sent. */
  digestOf(source: Source): Digest | undefined
}

/**
 * Reads a tar from a stream to its end. Holds small files and JSON, sends what can be a layer or another blob, and
 * passes over everything else.
 *
 * @param entries Is filled, also if that fails.
 * @throws {TarReadError} if it is not a tar, is cut short, or exceeds a limit
 */
export async function relayFiles(
  bytes: ForwardBytes,
  limits: ArchiveLimits,
  sender: BlobSender,
  entries: Map<string, FileEntry>,
): Promise<RelayedFiles> {
  const held = createHeld()
  const digests = new Map<Source, Digest>()
  const sent = new Map<Digest, Source>()

  async function relayFile(entry: TarEntry): Promise<Source> {
    const { path, size } = entry
    const source = forwardSource(bytes, entry, held)
    const head = await source.read(0, Math.min(BLOCK_SIZE, size))
    if (size <= SMALL || (size <= MAX_JSON && isJson(head))) {
      held.keep(path, size)
      return toSource(await readAll(source))
    }
    const passed = passedSource(entry, head.slice())
    if (!isBlob(path, head)) return passed
    const digest = await sender.send(entry, source)
    // A file that comes twice has the same bytes each time, and one source tells that.
    const same = sent.get(digest) ?? passed
    sent.set(digest, same)
    digests.set(same, digest)
    return same
  }

  const tar = tarOf(bytes, async (entry) => {
    const { path, kind, start, size } = entry
    const source = kind === 'file' ? await relayFile(entry) : NO_BYTES
    await bytes.skipTo(start + size)
    if (bytes.position < start + size) throw endsInside(path, bytes.position)
    return source
  })
  const files = await indexEntries(tar, limits, entries)
  // The program that writes the stream would fail if the bytes after the end mark were not read.
  await bytes.skipTo(Number.POSITIVE_INFINITY)
  return { files, digestOf: (source) => digests.get(source) }
}

function isJson(head: Uint8Array): boolean {
  return head[0] === 0x7b || head[0] === 0x5b
}

/** Tells whether a file can be a blob: by its path, or because it begins as a layer does. */
function isBlob(path: string, head: Uint8Array): boolean {
  const packing = packingOf(head)
  return /(?:^|\/)blobs\/sha256\//.test(path) || packing === 'gzip' || packing === 'zstd' || isTar(head)
}

function isTar(head: Uint8Array): boolean {
  try {
    return parseTarHeader(head, 0) !== undefined
  } catch {
    return false
  }
}

/** Makes a source of a file that was passed over. Only its first bytes can be read. */
function passedSource({ path, size }: TarEntry, head: Uint8Array<ArrayBuffer>): Source {
  return {
    size,
    async read(start, end) {
      if (end <= head.length) return head.slice(start, end)
      throw notReadable(path)
    },
  }
}

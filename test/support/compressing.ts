import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import {
  type Descriptor,
  type Digest,
  getManifest,
  type Manifest,
  openRegistry,
  type Spool,
} from '../../src/node/index.ts'
import { spoolToBlob } from '../../src/source/spool.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { unpackZstd } from '../../src/unpack/zstd-decoder.ts'
import type { LayoutBuilder } from './layout.ts'
import { recordingFetch } from './recording-fetch.ts'

export const PLAIN = 'application/vnd.oci.image.layer.v1.tar'
export const CONFIG = 'application/vnd.oci.image.config.v1+json'
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const text = 'Compressed, it is not as long as it is here. '.repeat(50_000)
export const shared = { a: text }
export const layers: ReadonlyArray<Readonly<Record<string, string>>> = [shared, { b: `${text}b` }]
export const archive = createTestArchive({ images: [{ names: ['team/app:v1'], layers }] })

/** An embedded registry, with a recorder of the requests to it. */
export function target() {
  const registry = createTestRegistry()
  const { fetch, exchanges, count } = recordingFetch(registry.fetch)
  const handle = openRegistry('https://registry.test', { fetch, retry: 0, retryDelay: 1 })
  const blob = async (digest: Digest, repository = 'team/app') => {
    const answer = await registry.fetch(new Request(`https://registry.test/v2/${repository}/blobs/${digest}`))
    expect(answer.status).toBe(200)
    return Buffer.from(await answer.arrayBuffer())
  }
  return { handle, exchanges, count, blob }
}

export type Target = ReturnType<typeof target>

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

export const unpack = async (bytes: Buffer) =>
  bytes[0] === 0x1f ? gunzipSync(bytes) : Buffer.concat(await collect(unpackZstd(Readable.from([bytes]))))

export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The diff IDs in a pushed image's config, and the digests of its unpacked layers. */
export async function diffIdsOf({ handle, blob }: Target, reference: string, repository = 'team/app') {
  const manifest = (await getManifest(handle, repository, reference)).manifest as Manifest
  const config = JSON.parse(String(await blob(manifest.config.digest, repository)))
  const unpacked: string[] = []
  for (const { digest, size } of manifest.layers) {
    const bytes = await blob(digest, repository)
    expect([digestOf(bytes), bytes.length]).toEqual([digest, size])
    unpacked.push(digestOf(await unpack(bytes)))
  }
  return { said: config.rootfs.diff_ids, unpacked, manifest }
}

/** A spool function, and the numbers of spools that it made and that are still open. */
export function countedSpools() {
  const spools = { open: 0, made: 0 }
  const spool: Spool = async (stream, signal) => {
    spools.open++
    spools.made++
    const spooled = await spoolToBlob(stream).catch((error) => {
      spools.open--
      throw error
    })
    signal?.throwIfAborted()
    return { ...spooled, close: async () => void spools.open-- }
  }
  return { spools, spool }
}

/** Adds an image of these layers to a layout. */
export async function imageOf(
  layout: LayoutBuilder,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
  subject?: Descriptor,
) {
  const config = await layout.add(CONFIG, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: diffIds },
  })
  return layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers, ...(subject && { subject }) })
}

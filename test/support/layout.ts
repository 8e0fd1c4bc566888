import { createTar } from 'nanotar'
import { createPortableHasher } from '../../src/hash/sha256.ts'
import type { Descriptor, Digest } from '../../src/index.ts'
import { digestOf } from '../../src/oci/digest.ts'

type Json = Readonly<Record<string, unknown>>

const INDEX = 'application/vnd.oci.image.index.v1+json'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

/** What distinguishes one image of a layout. */
interface LayoutImage {
  /** The text of its one file. */
  readonly text?: string
  readonly architecture?: string
  readonly os?: string
}

/** An OCI image layout that is put together blob by blob, as its producers do, or as none does. */
export interface LayoutBuilder {
  /** By their paths. They can be changed at will. */
  readonly files: Map<string, Uint8Array | string>
  add(mediaType: string, content: Json | Uint8Array | string): Promise<Descriptor>
  /** A layer, a config and a manifest; gives the descriptor of the last. */
  addImage(image?: LayoutImage): Promise<Descriptor>
  addIndex(manifests: readonly Json[], fields?: Json): Promise<Descriptor>
  /** Writes `index.json`. */
  list(...manifests: readonly Json[]): void
  tar(prefix?: string): Uint8Array<ArrayBuffer>
}

export function createLayout(): LayoutBuilder {
  const files = new Map<string, Uint8Array | string>([['oci-layout', '{"imageLayoutVersion":"1.0.0"}']])

  async function add(mediaType: string, content: Json | Uint8Array | string): Promise<Descriptor> {
    const isReady = typeof content === 'string' || content instanceof Uint8Array
    const text = isReady ? content : JSON.stringify(content)
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
    const digest = await digestOf(bytes, createPortableHasher)
    files.set(blobPath(digest), bytes)
    return { mediaType, digest, size: bytes.length }
  }

  async function addImage({ text = 'hello', architecture = 'amd64', os = 'linux' }: LayoutImage = {}) {
    const layer = await add(LAYER, tarOf([{ name: 'motd', data: `${text} ${architecture}` }]))
    const rootfs = { type: 'layers', diff_ids: [layer.digest] }
    const history = [{ created_by: `RUN echo ${text}` }]
    const config = await add(CONFIG, { architecture, os, config: {}, rootfs, history })
    return add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] })
  }

  return {
    files,
    add,
    addImage,
    addIndex: (manifests, fields = {}) => add(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests, ...fields }),
    list(...manifests) {
      files.set('index.json', JSON.stringify({ schemaVersion: 2, manifests }))
    },
    tar: (prefix = '') => tarOf([...files].map(([name, data]) => ({ name: prefix + name, data }))),
  }
}

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}

/** A descriptor as an index lists it, with its platform. */
export function withPlatform(descriptor: Descriptor, platform: string, annotations?: Json): Json {
  const [os, architecture, variant] = platform.split('/')
  return {
    ...descriptor,
    platform: { architecture, os, ...(variant && { variant }) },
    ...(annotations && { annotations }),
  }
}

/** The annotation by which a layout names what it lists. */
export function withName(descriptor: Descriptor, name: string): Json {
  return { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': name } }
}

function tarOf(files: ReadonlyArray<{ name: string; data: Uint8Array | string }>): Uint8Array<ArrayBuffer> {
  return createTar([...files], { attrs: { mtime: 0 } }) as Uint8Array<ArrayBuffer>
}

import { createTar } from 'nanotar'
import { createPortableHasher } from '../hash/sha256.ts'
import { type Digest, digestOf } from '../oci/digest.ts'

/** An image to put into an archive. */
export interface TestImage {
  /** The names, as `docker save` writes them. @default one name: `team/hello:v1` */
  readonly names?: readonly string[] | undefined
  /** The files of each layer, bottom layer first. Maps a path to the content. @default two small layers */
  readonly layers?: ReadonlyArray<Readonly<Record<string, string | Uint8Array>>> | undefined
  /** @default amd64 */
  readonly architecture?: string | undefined
}

/** The images and the layout of a test archive. */
export interface TestArchiveOptions {
  /** @default one image with the defaults of `TestImage` */
  readonly images?: readonly TestImage[] | undefined
  /**
   * The Docker version whose layout the archive has. Docker 25 and later save an OCI layout beside `manifest.json`.
   * Docker 24 and earlier do not.
   *
   * @default docker-25
   */
  readonly layout?: 'docker-25' | 'docker-24' | undefined
}

interface Blob {
  readonly digest: Digest
  readonly hex: string
  readonly bytes: Uint8Array
}

interface BuiltImage {
  readonly names: readonly string[]
  readonly config: Blob
  readonly layers: readonly Blob[]
}

interface TarFile {
  readonly name: string
  readonly data: Uint8Array | string
}

const EPOCH = '1970-01-01T00:00:00Z'

/**
 * Creates a `docker save` archive in memory, with real layers and a real config. The same options produce the same
 * bytes.
 */
export async function createTestArchive(options: TestArchiveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { images = [{}], layout = 'docker-25' } = options
  const built = await Promise.all(images.map(buildImage))
  const files = layout === 'docker-25' ? await docker25(built) : docker24(built)
  const unique = new Map(files.map((file) => [file.name, file]))
  return tar([...unique.values()])
}

async function buildImage(image: TestImage): Promise<BuiltImage> {
  const {
    names = ['team/hello:v1'],
    layers = [{ 'etc/motd': 'hello from layer one\n' }, { 'app/index.js': 'console.log("hello")\n' }],
    architecture = 'amd64',
  } = image
  const built = await Promise.all(
    layers.map((files) => blob(tar(Object.entries(files).map(([name, data]) => ({ name, data }))))),
  )
  const config = {
    architecture,
    os: 'linux',
    created: EPOCH,
    author: 'registry-api-v2-client',
    config: {
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      Cmd: ['/bin/sh'],
      WorkingDir: '/app',
      Labels: { 'org.opencontainers.image.title': names[0] ?? 'untitled' },
    },
    rootfs: { type: 'layers', diff_ids: built.map(({ digest }) => digest) },
    history: [
      { created: EPOCH, created_by: 'ENV PATH=/usr/local/bin:/usr/bin:/bin', empty_layer: true },
      ...built.map((_, index) => ({ created: EPOCH, created_by: `COPY layer-${index} /` })),
    ],
  }
  return { names, config: await jsonBlob(config), layers: built }
}

async function docker25(images: readonly BuiltImage[]): Promise<readonly TarFile[]> {
  const path = ({ hex }: Blob) => `blobs/sha256/${hex}`
  const layerType = 'application/vnd.oci.image.layer.v1.tar'
  const manifestType = 'application/vnd.oci.image.manifest.v1+json'
  const manifests = await Promise.all(
    images.map(({ config, layers }) =>
      jsonBlob({
        schemaVersion: 2,
        mediaType: manifestType,
        config: descriptor('application/vnd.oci.image.config.v1+json', config),
        layers: layers.map((layer) => descriptor(layerType, layer)),
      }),
    ),
  )
  const index = images.flatMap(({ names }, position) => {
    const manifest = descriptor(manifestType, manifests[position] as Blob)
    return names.length === 0
      ? [manifest]
      : names.map((name) => ({ ...manifest, annotations: { 'io.containerd.image.name': name } }))
  })
  const entries = images.map(({ names, config, layers }) => ({
    Config: path(config),
    RepoTags: names.length > 0 ? names : null,
    Layers: layers.map(path),
    LayerSources: Object.fromEntries(layers.map((layer) => [layer.digest, descriptor(layerType, layer)])),
  }))
  return [
    ...[...images.flatMap(({ config, layers }) => [...layers, config]), ...manifests].map((blob) => ({
      name: path(blob),
      data: blob.bytes,
    })),
    jsonFile('index.json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: index,
    }),
    jsonFile('manifest.json', entries),
    jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' }),
  ]
}

function docker24(images: readonly BuiltImage[]): readonly TarFile[] {
  const path = ({ hex }: Blob) => `${hex}/layer.tar`
  const layers = images.flatMap((image) => image.layers)
  return [
    ...layers.flatMap((layer) => [
      { name: `${layer.hex}/VERSION`, data: '1.0' },
      jsonFile(`${layer.hex}/json`, { id: layer.hex }),
      { name: path(layer), data: layer.bytes },
    ]),
    ...images.map(({ config }) => ({ name: `${config.hex}.json`, data: config.bytes })),
    jsonFile(
      'manifest.json',
      images.map(({ names, config, layers }) => ({
        Config: `${config.hex}.json`,
        RepoTags: names.length > 0 ? names : null,
        Layers: layers.map(path),
      })),
    ),
  ]
}

function descriptor(mediaType: string, { digest, bytes }: Blob): object {
  return { mediaType, digest, size: bytes.length }
}

function jsonFile(name: string, document: unknown): TarFile {
  return { name, data: JSON.stringify(document) }
}

function jsonBlob(document: unknown): Promise<Blob> {
  return blob(new TextEncoder().encode(JSON.stringify(document)))
}

async function blob(bytes: Uint8Array): Promise<Blob> {
  const digest = await digestOf(bytes, createPortableHasher)
  return { digest, hex: digest.slice('sha256:'.length), bytes }
}

function tar(files: readonly TarFile[]): Uint8Array<ArrayBuffer> {
  return createTar([...files], { attrs: { mtime: 0, uid: 0, gid: 0 } }) as Uint8Array<ArrayBuffer>
}

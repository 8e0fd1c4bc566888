import { createHash } from 'node:crypto'
import { KINDS } from '../kinds.ts'
import { HERE } from '../packed-images.ts'
import type { TakenImage } from './consumer.ts'

/**
 * Reads the parts of an image where a tool stored it. Of an index it reads the image for this machine.
 *
 * @param root The bytes of its manifest or index.
 * @param read Gives a child manifest or a config.
 */
export async function readImage(
  root: string,
  read: (digest: string) => string | Promise<string>,
): Promise<Required<Omit<TakenImage, 'name'>>> {
  const { manifests = [] }: { manifests?: readonly Entry[] } = JSON.parse(root)
  const child = manifests.find(({ platform }) => `${platform?.os}/${platform?.architecture}` === HERE)
  const manifest = JSON.parse(child ? await read(child.digest) : root)
  const config = JSON.parse(await read(manifest.config.digest))
  return { digest: digestOf(root), config: manifest.config.digest, diffIds: config.rootfs.diff_ids }
}

/** Reads an image of a registry by its full name, in the plainest way. */
export async function readStored(name: string) {
  const [, host, repository, tag] = /^([^/]+)\/(.*):([^:]+)$/.exec(name) ?? []
  const read = async (path: string) => {
    const response = await fetch(`http://${host}/v2/${repository}/${path}`, { headers: { accept: MANIFESTS } })
    if (!response.ok) throw new Error(`${path} of ${name} answers ${response.status}`)
    return response.text()
  }
  return readImage(await read(`manifests/${tag}`), (digest) =>
    read(`manifests/${digest}`).catch(() => read(`blobs/${digest}`)),
  )
}

interface Entry {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

const MANIFESTS = Object.values(KINDS)
  .flatMap(({ index, manifest }) => [index, manifest])
  .join(', ')

import { createHash } from 'node:crypto'
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

interface Entry {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string }
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

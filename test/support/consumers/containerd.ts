import { startContainerd } from '../containerd.ts'
import type { Peer } from '../peers.ts'
import type { Consumer } from './consumer.ts'
import { readImage } from './read-image.ts'

/** As kind loads images: `kind load image-archive`. */
const KIND = ['--all-platforms', '--digests']

/** Debian's: 1.6. */
export const ctr = importing('ctr images import', [])
export const kind = importing('ctr images import --all-platforms', KIND)
export const ctr2 = importing('ctr images import of containerd 2.3', [], ['containerd', 'ctr'])
export const kind2 = importing('ctr images import --all-platforms of containerd 2.3', KIND, ['containerd', 'ctr'])

/** containerd unpacks the layers, and compares them with the diff IDs. */
function importing(title: string, flags: readonly string[], programs: Consumer['programs'] = []): Consumer {
  return {
    title,
    programs,
    async start(paths) {
      const { ctr, stop } = await startContainerd(paths)
      let count = 0
      return {
        async take({ path }) {
          // In a namespace of its own it finds nothing of another tar.
          const namespace = `tar-${count++}`
          const client: Peer = (...args) => ctr('--namespace', namespace, ...args)
          await client('images', 'import', '--snapshotter', 'native', ...flags, path)
          const content = (digest: string) => client('content', 'get', digest)
          const images = []
          for (const { name, digest } of await listed(await client('images', 'list'), content)) {
            images.push({ name, ...(await readImage(await content(digest), content)) })
          }
          return images
        },
        stop,
      }
    },
  }
}

interface Listed {
  readonly name: string | undefined
  readonly digest: string
}

/**
 * Reads a list of images. With `--digests` each image, each signature and, with containerd 2, `index.json` is in it by its
 * digest, too: that counts only for an image without a name.
 */
async function listed(list: string, content: (digest: string) => Promise<string>): Promise<readonly Listed[]> {
  const all = [...list.matchAll(/^(\S+) +\S+ +(sha256:\S+)/gm)].map(([, name = '', digest = '']) => ({ name, digest }))
  const named = all.filter(({ name }) => !name.includes('@'))
  if (named.length > 0) return named
  const nameless: Listed[] = []
  for (const { digest } of all) {
    const text = await content(digest)
    const isLayout = all.some((other) => other.digest !== digest && text.includes(other.digest))
    if (!isLayout) nameless.push({ name: undefined, digest })
  }
  return nameless
}

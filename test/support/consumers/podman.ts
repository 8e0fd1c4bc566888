import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadedNames } from '../docker-api.ts'
import { bringPeer, type Peer } from '../peers.ts'
import type { Consumer, TakenImage } from './consumer.ts'

export const podman: Consumer = {
  title: 'podman load',
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'podman-'))
    const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
    const podman: Peer = (...args) => bringPeer('podman')(...storage, ...args)
    return {
      async take({ path }) {
        const images: TakenImage[] = []
        for (const name of loadedNames(await podman('load', '--input', path))) {
          const [image] = JSON.parse(await podman('image', 'inspect', name))
          const isNamed = image.RepoTags.includes(name)
          const config = `sha256:${image.Id}`
          images.push({ name: isNamed ? name : undefined, config, diffIds: image.RootFS.Layers })
        }
        return images
      },
      async push({ path }, name) {
        const [loaded = ''] = loadedNames(await podman('load', '--input', path))
        await podman('push', '--tls-verify=false', loaded, `docker://${name}`)
        await podman('image', 'rm', loaded)
      },
      async stop() {
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

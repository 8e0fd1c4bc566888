import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadedNames } from '../docker-api.ts'
import { bringPeer } from '../peers.ts'
import type { Consumer, TakenImage } from './consumer.ts'

export const podman: Consumer = {
  title: 'podman load',
  async start() {
    const tool = bringPeer('podman')
    const folder = mkdtempSync(join(tmpdir(), 'podman-'))
    const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
    return {
      async take({ path }) {
        const images: TakenImage[] = []
        for (const name of loadedNames(await tool(...storage, 'load', '--input', path))) {
          const [image] = JSON.parse(await tool(...storage, 'image', 'inspect', name))
          const isNamed = image.RepoTags.includes(name)
          const config = `sha256:${image.Id}`
          images.push({ name: isNamed ? name : undefined, config, diffIds: image.RootFS.Layers })
        }
        return images
      },
      async stop() {
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringPeer, type Peer } from '../peers.ts'
import type { Consumer } from './consumer.ts'

/** It takes an image as podman does, with the same library. */
export const buildah: Consumer = {
  title: 'buildah pull docker-archive:',
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'buildah-'))
    const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
    const buildah: Peer = async (...args) => (await bringPeer('buildah')(...storage, ...args)).trim()
    const pull = (path: string) => buildah('pull', '--quiet', `docker-archive:${path}`)
    return {
      async take({ path }) {
        const id = await pull(path)
        const { FromImage, FromImageID, OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', id))
        return [{ name: FromImage, config: `sha256:${FromImageID}`, diffIds: OCIv1.rootfs.diff_ids }]
      },
      async push({ path }, name) {
        const id = await pull(path)
        await buildah('push', '--tls-verify=false', id, `docker://${name}`)
        await buildah('rmi', '--force', id)
      },
      async stop() {
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

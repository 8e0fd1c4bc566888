import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../scripts/find/server.js'
import { HERE } from './packed-images.ts'
import { answers, bringProgram, type Peer, peerAt } from './peers.ts'

/** A containerd of our own, which is what `docker save` of today asks, and the client that talks to it. */
export interface Containerd {
  readonly ctr: Peer
  stop(): Promise<void>
}

/**
 * Starts a containerd that only keeps images.
 *
 * @param programs The paths of its programs. By default those of this machine, or Debian's.
 */
export async function startContainerd(programs: { containerd?: string; ctr?: string } = {}): Promise<Containerd> {
  const { containerd = bringProgram('containerd'), ctr = bringProgram('ctr', 'containerd') } = programs
  const folder = mkdtempSync(join(tmpdir(), 'containerd-'))
  mkdirSync(join(folder, 'state'))
  const socket = join(folder, 'socket')
  const config = [
    'version = 2',
    `root = "${join(folder, 'root')}"`,
    `state = "${join(folder, 'state')}"`,
    // What serves Kubernetes, in the words of 1 and of 2.
    'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]',
    '[grpc]',
    `address = "${socket}"`,
    // 2 unpacks itself what ctr imports, and only where it is told.
    '[[plugins."io.containerd.transfer.v1.local".unpack_config]]',
    `platform = "${HERE}"`,
    'snapshotter = "native"',
  ]
  writeFileSync(join(folder, 'config.toml'), config.join('\n'))
  const client: Peer = (...args) => peerAt(ctr)('--address', socket, ...args)
  const server = await startServer(containerd, ['--config', join(folder, 'config.toml')], {
    isUp: () => answers(client('version')),
  })
  return {
    ctr: client,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

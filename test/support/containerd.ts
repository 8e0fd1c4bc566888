import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringPeer, type Peer, untilReady } from './peers.ts'

/** A containerd of our own, which is what `docker save` of today asks, and the client that talks to it. */
export interface Containerd {
  readonly ctr: Peer
  stop(): Promise<void>
}

/** Starts a containerd that only keeps and exports images. */
export async function startContainerd(): Promise<Containerd> {
  bringPeer('containerd')
  const ctr = bringPeer('ctr', 'containerd')
  const folder = mkdtempSync(join(tmpdir(), 'containerd-'))
  mkdirSync(join(folder, 'state'))
  const socket = join(folder, 'socket')
  const config = [
    'version = 2',
    `root = "${join(folder, 'root')}"`,
    `state = "${join(folder, 'state')}"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = "${socket}"`,
  ]
  writeFileSync(join(folder, 'config.toml'), config.join('\n'))
  const child = spawn('containerd', ['--config', join(folder, 'config.toml')], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const client: Peer = (...args) => ctr('--address', socket, ...args)
  await untilReady('containerd', () => client('version'), ended)
  return {
    ctr: client,
    async stop() {
      child.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

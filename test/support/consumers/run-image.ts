import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringPeer, type Peer, startDocker } from '../peers.ts'

/** A tool that loads the tar of an image and runs it. */
export interface Engine {
  /** Loads the tar, runs the image by its name, and returns what it prints. */
  run(tar: string, name: string, ...command: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Containers have no network, and no more open files than this process may have. */
const LIMITS = ['--rm', '--network', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']

/** Engines that run images. */
export const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  async docker() {
    const { docker, stop } = await startDocker()
    return {
      async run(tar, name, ...command) {
        await docker('load', '--input', tar)
        return docker('run', ...LIMITS, name, ...command)
      },
      stop,
    }
  },
  async podman() {
    const { peer: podman, stop } = withStorage('podman')
    return {
      async run(tar, name, ...command) {
        await podman('load', '--input', tar)
        return podman('run', ...LIMITS, name, ...command)
      },
      stop,
    }
  },
}

function withStorage(name: string): { readonly peer: Peer; stop(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), `${name}-run-`))
  const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
  return {
    peer: (...args) => bringPeer(name)(...storage, ...args),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

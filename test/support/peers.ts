import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { canInstallDebianPackages, installDebianPackage } from '../../scripts/find/debian.js'
import { findExecutable } from '../../scripts/find/executable.js'
import { startServer } from '../../scripts/find/server.js'

const execute = promisify(execFile)

/** Another tool of the trade, to see whether it and we mean the same. */
export type Peer = (...args: readonly string[]) => Promise<string>

/** Finds a tool, or brings it as a package of Debian's. */
export function bringPeer(name: string, debianPackage = name): Peer {
  return peerAt(bringProgram(name, debianPackage))
}

/**
 * A tool that is there.
 *
 * @param cwd The folder that it works in. @default that of this process
 */
export function peerAt(path: string, cwd?: string): Peer {
  return async (...args) => (await execute(path, args, { cwd, maxBuffer: 2 ** 24 })).stdout
}

/** Finds a program, or brings it as a package of Debian's, and gives its path. */
export function bringProgram(name: string, debianPackage = name): string {
  if (!findExecutable(name) && canInstallDebianPackages()) installDebianPackage(debianPackage)
  const path = findExecutable(name)
  if (!path) throw new Error(`Cannot test with ${name}: install it and try again.`)
  return path
}

/** An engine of Docker's of our own, without a network, and the client that talks to it. */
export interface DockerEngine {
  readonly docker: Peer
  /** Where it listens, for `docker --host`. */
  readonly host: string
  stop(): Promise<void>
}

/** Starts a Docker engine that needs nothing of the machine but root: no bridge, no firewall, plain folders as storage. */
export async function startDocker(): Promise<DockerEngine> {
  const docker = bringPeer('docker', 'docker.io')
  const folder = mkdtempSync(join(tmpdir(), 'dockerd-'))
  const host = `unix://${folder}/socket`
  const client: Peer = (...args) => docker('--host', host, ...args)
  // A newer client asks an older engine in words that it knows.
  process.env.DOCKER_API_VERSION ??= '1.41'
  const server = await startServer(
    bringProgram('dockerd', 'docker.io'),
    [
      ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs', `--host=${host}`],
      ...[`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`],
    ],
    { isUp: () => answers(client('info')) },
  )
  return {
    docker: client,
    host,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Tells whether a server gave an answer. */
export function answers(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  )
}

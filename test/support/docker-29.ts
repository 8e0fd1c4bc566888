import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { GO_PROGRAMS } from '../../scripts/find/go-program.js'
import { startServer } from '../../scripts/find/server.js'
import { type DockerApi, openDockerApi } from './docker-api.ts'

/** Where Docker keeps images: in containerd, by default since Docker 29, or with a graph driver, by default before. */
export type DockerStore = 'containerd' | 'graph driver'

/**
 * Describes tests with Docker 29, once for each store, with one engine for all tests of a block.
 * Where there is no such engine, the tests are skipped with the reason.
 */
export function describeDocker29(
  title: string,
  stores: readonly DockerStore[],
  define: (docker: () => DockerApi) => void,
): void {
  const { dockerd, containerd } = inject('goPrograms')
  const absence = dockerd.absence ?? containerd.absence ?? (process.getuid?.() === 0 ? undefined : 'it needs root')
  for (const store of stores) {
    describe(`${GO_PROGRAMS.dockerd.title} with its ${store} store: ${title}`, () => {
      if (absence !== undefined) return it.skip(`is not tried, as ${absence}`, () => {})
      let engine: Docker29
      beforeAll(async () => {
        engine = await startDocker29(store, { dockerd: dockerd.path ?? '', containerd: containerd.path ?? '' })
      })
      afterAll(() => engine?.stop())
      define(() => engine.api)
    })
  }
}

/** A Docker 29 engine of our own. */
export interface Docker29 {
  readonly api: DockerApi
  stop(): Promise<void>
}

/**
 * Starts an engine in a folder of its own, without a bridge, a firewall and an overlay file system. It needs root.
 *
 * @param programs The paths of its programs.
 */
export async function startDocker29(
  store: DockerStore,
  { dockerd, containerd }: Readonly<Record<'dockerd' | 'containerd', string>>,
): Promise<Docker29> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-29-'))
  const socket = join(folder, 'socket')
  // dockerd starts containerd itself, and looks for this name in PATH.
  mkdirSync(join(folder, 'bin'))
  symlinkSync(containerd, join(folder, 'bin/containerd'))
  const isContainerd = store === 'containerd'
  const api = openDockerApi(socket)
  const server = await startServer(
    dockerd,
    [
      ...['--iptables=false', '--ip6tables=false', '--bridge=none', `--feature=containerd-snapshotter=${isContainerd}`],
      ...[`--storage-driver=${isContainerd ? 'native' : 'vfs'}`, `--host=unix://${socket}`],
      ...[`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`],
    ],
    { isUp: api.isUp, env: { PATH: `${folder}/bin:${process.env.PATH}` } },
  )
  return {
    api,
    async stop() {
      await api.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

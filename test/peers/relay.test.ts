import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Digest, pushDockerTar, pushStream } from '../../src/node/index.ts'
import { type LargeArchive, writeLargeArchive } from '../support/large-archive.ts'
import { bringPeer, type DockerEngine, type Peer, startDocker } from '../support/peers.ts'
import { ALL, describeReal } from '../support/real-registries.ts'

// What real tools write into a pipe goes into real registries in one pass, and skopeo reads it back.

const MINUTES = 60_000
const NAME = 'localhost/team/app:v1'
const folder = mkdtempSync(join(tmpdir(), 'relay-'))
const at = (name: string) => join(folder, name)
const storage = ['--root', at('storage'), '--runroot', at('run'), '--storage-driver', 'vfs']
let engine: DockerEngine
let skopeo: Peer
let image: LargeArchive

const shell = (command: string) => ['sh', '-c', command] as const

/** The programs that write an archive to their standard output. */
const WRITERS: Readonly<Record<string, () => readonly [program: string, ...args: string[]]>> = {
  'docker save': () => ['docker', '--host', engine.host, 'save', 'team/app:v1'],
  'docker save of two names, packed by gzip': () =>
    shell(`docker --host ${engine.host} save team/app:v1 team/app:latest | gzip -1`),
  'podman save': () => ['podman', ...storage, 'save', '--format', 'docker-archive', NAME],
  'podman save --format oci-archive': () => ['podman', ...storage, 'save', '--format', 'oci-archive', NAME],
  // Not into a socket, as Node connects its children by.
  'skopeo copy to docker-archive': () =>
    shell(`skopeo copy -q docker-archive:${at('made.tar')} docker-archive:/dev/stdout:team/app:v1 | cat`),
  // It writes that to files alone.
  'skopeo copy to oci-archive': () =>
    shell(
      `skopeo copy -q docker-archive:${at('made.tar')} oci-archive:${at('oci.tar')}:v1 && cat ${at('oci.tar')}; rm ${at('oci.tar')}`,
    ),
  cat: () => ['cat', at('made.tar')],
}

beforeAll(async () => {
  skopeo = bringPeer('skopeo')
  const podman = bringPeer('podman')
  engine = await startDocker()
  image = await writeLargeArchive(at('made.tar'), { layers: 3, layerMiB: 7, name: 'team/app:v1' })
  await engine.docker('load', '--input', at('made.tar'))
  await engine.docker('tag', 'team/app:v1', 'team/app:latest')
  await podman(...storage, 'load', '--input', at('made.tar'))
}, 5 * MINUTES)
afterAll(async () => {
  await engine?.stop()
  rmSync(folder, { recursive: true, force: true })
}, MINUTES)

/** Starts a program whose output is read as it comes. */
function pipeOf([program, ...args]: readonly [string, ...string[]]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { stdout: child.stdout, ended }
}

describeReal('pushStream() to {}', ALL, ({ start }) => {
  let url: string
  let stop: () => Promise<void>
  beforeAll(async () => {
    const registry = await start()
    url = registry.url
    stop = registry.stop
  }, MINUTES)
  afterAll(() => stop?.())

  it.each(Object.entries(WRITERS))('takes the pipe of %s', { timeout: 5 * MINUTES }, async (title, writer) => {
    const repository = title.toLowerCase().replaceAll(/[^a-z]+/g, '-')
    const { stdout, ended } = pipeOf(writer())
    const digest = await pushStream(stdout, url, repository, 'v1', { verify: true })
    expect(await ended, 'the writer ends well').toBe(0)
    // The same bytes once more, stored first.
    const again: Digest = await pushDockerTar(pipeOf(writer()).stdout, url, repository, 'v2')
    expect(digest).toBe(again)
    const source = `docker://${new URL(url).host}/${repository}:v1`
    await skopeo('copy', '--src-tls-verify=false', source, `dir:${at('read')}`)
    const { config } = JSON.parse(await skopeo('inspect', '--raw', `dir:${at('read')}`))
    const read = JSON.parse(await skopeo('inspect', '--config', '--raw', `dir:${at('read')}`))
    rmSync(at('read'), { recursive: true })
    expect(read.rootfs.diff_ids).toEqual(image.diffIds)
    if (title.startsWith('docker') || title === 'cat') expect(config.digest).toBe(image.configDigest)
  })

  it('goes on where a file is half there already', async () => {
    const made = await pushStream(createReadStream(at('made.tar')), url, 'again', 'v1')
    expect(await pushStream(createReadStream(at('made.tar')), url, 'again', 'v2')).toBe(made)
  })
})

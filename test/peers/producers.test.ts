import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  getManifest,
  inspectDockerTar,
  isIndex,
  type OpenProgress,
  openArchive,
  pushDockerTar,
  TarReadError,
  ValidationError,
} from '../../src/node/index.ts'
import { startContainerd } from '../support/containerd.ts'
import { rejection } from '../support/errors.ts'
import { summary } from '../support/formats-contract.ts'
import { bringPeer, type Peer, startDocker } from '../support/peers.ts'
import { PRODUCERS } from '../support/producers.ts'

// Archives that the tools of the trade write, opened where they lie, pushed into a real registry, and read back by skopeo.

const MINUTES = 60_000
const APP = 'localhost/team/app:v1'
const BASE = 'localhost/team/base:v1'
const SYSTEM = 'localhost/team/system:v1'
const AMD64 = 'linux/amd64'
const folder = mkdtempSync(join(tmpdir(), 'producers-'))
const at = (name: string) => join(folder, name)
const storage = ['--root', at('storage'), '--runroot', at('run')]
const run = Date.now().toString(36)
let skopeo: Peer
let architecture: string

beforeAll(async () => {
  process.env.STORAGE_DRIVER = 'vfs'
  process.env.BUILDAH_ISOLATION = 'chroot'
  skopeo = bringPeer('skopeo')
  const podman: Peer = (...args) => bringPeer('podman')(...storage, ...args)
  const buildah: Peer = async (...args) => (await bringPeer('buildah')(...storage, ...args)).trim()
  for (const file of ['one', 'two']) writeFileSync(at(file), `content of ${file}`)

  const base = await buildah('from', 'scratch')
  await buildah('copy', base, at('one'), '/one')
  await buildah('commit', base, BASE)
  const app = await buildah('from', BASE)
  await buildah('copy', app, at('two'), '/two')
  await buildah('commit', app, APP)
  architecture = JSON.parse(await podman('inspect', APP))[0].Architecture

  await podman('save', '--format', 'docker-archive', '--output', at('podman-docker.tar'), APP)
  await podman('save', '--multi-image-archive', '--output', at('podman-multi.tar'), APP, BASE)
  await podman('save', '--format', 'oci-archive', '--output', at('podman-oci.tar'), APP)
  await podman('save', '--format', 'oci-dir', '--output', at('podman-folder'), APP)
  await buildah('push', APP, `docker-archive:${at('buildah-docker.tar')}:team/app:v1`)
  await buildah('push', APP, `oci-archive:${at('buildah-oci.tar')}:team/app:v1`)
  await buildah('manifest', 'create', 'multi')
  await buildah('manifest', 'add', '--os', 'linux', '--arch', 'amd64', 'multi', APP)
  await buildah('manifest', 'add', '--os', 'linux', '--arch', 'arm64', 'multi', BASE)
  await buildah('manifest', 'push', '--all', 'multi', `oci-archive:${at('buildah-index.tar')}:team/multi:v1`)
  await skopeo('copy', `oci-archive:${at('podman-oci.tar')}`, `docker-archive:${at('skopeo-docker.tar')}:team/app:v1`)
  await skopeo('copy', `oci-archive:${at('podman-oci.tar')}`, `oci-archive:${at('skopeo-oci.tar')}:v1`)
  await skopeo('copy', `oci-archive:${at('podman-oci.tar')}`, `oci:${at('skopeo-folder')}`)
  const umoci = bringPeer('umoci')
  await umoci('init', '--layout', at('umoci-folder'))
  await umoci('new', '--image', `${at('umoci-folder')}:v1`)
  await umoci('unpack', '--image', `${at('umoci-folder')}:v1`, at('bundle'))
  writeFileSync(at('bundle/rootfs/file'), 'content')
  await umoci('repack', '--image', `${at('umoci-folder')}:v1`, at('bundle'))
  await bringPeer('tar')('-C', at('umoci-folder'), '-cf', at('umoci.tar'), '.')
  await skopeo('copy', `oci-archive:${at('podman-oci.tar')}`, `dir:${at('skopeo-dir')}`)
  await skopeo('copy', '--all', `oci-archive:${at('buildah-index.tar')}`, `dir:${at('skopeo-dir-index')}`)
  await bringPeer('tar')('-C', folder, '-cf', at('skopeo-dir.tar'), 'skopeo-dir')
  await buildah('copy', app, at('one'), '/bin/sh')
  await buildah('commit', app, SYSTEM)
  await podman('create', '--name', 'container', SYSTEM, '/bin/sh')
  await podman('export', '--output', at('podman-export.tar'), 'container')
}, 10 * MINUTES)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('what real producers write', () => {
  const docker = (name: string) => [[[name], [], ['linux/here']]]
  it.each([
    ['podman-docker.tar', 'docker', docker(APP)],
    ['podman-multi.tar', 'docker', [...docker(APP), ...docker(BASE)]],
    ['podman-oci.tar', 'oci', docker(APP)],
    ['podman-folder', 'oci', docker(APP)],
    ['buildah-docker.tar', 'docker', [[['docker.io/team/app:v1', APP], [], ['linux/here']]]],
    ['buildah-oci.tar', 'oci', docker('team/app:v1')],
    ['buildah-index.tar', 'oci', [[['team/multi:v1'], [], [AMD64, 'linux/arm64']]]],
    ['skopeo-docker.tar', 'docker', docker('docker.io/team/app:v1')],
    ['skopeo-oci.tar', 'oci', [[[], ['v1'], ['linux/here']]]],
    ['skopeo-folder', 'oci', [[[], [], ['linux/here']]]],
    ['skopeo-dir', 'dir', [[[], [], ['linux/here']]]],
    ['skopeo-dir.tar', 'dir', [[[], [], ['linux/here']]]],
    ['skopeo-dir-index', 'dir', [[[], [], [AMD64, 'linux/arm64']]]],
    ['umoci.tar', 'oci', [[[], ['v1'], ['linux/here']]]],
    ['umoci-folder', 'oci', [[[], ['v1'], ['linux/here']]]],
  ])('%s is read in place, and comes back from the registry the same', async (name, format, images) => {
    const spooled: OpenProgress[] = []
    const archive = await openArchive(at(name), { onOpenProgress: (event) => spooled.push(event) })
    expect([archive.format, archive.warnings, spooled]).toEqual([format, [], []])
    expect(summary(archive)).toEqual(JSON.parse(JSON.stringify(images).replaceAll('here', architecture)))
    for (const [position, image] of archive.images.entries()) {
      const repository = `producers/${name.replaceAll('.', '-')}-${run}`
      await pushDockerTar(archive, inject('registryUrl'), repository, `v${position}`, { image: position })
      await expectSame(repository, `v${position}`, image.manifest.digest)
    }
    await archive.close()
  })

  it.each([
    ['gzip', 'gz'],
    ['zstd', 'zst'],
  ])('is read through %s', async (tool, ending) => {
    await bringPeer(tool)('--keep', '--force', at('podman-oci.tar'))
    const archive = await openArchive(at(`podman-oci.tar.${ending}`))
    expect(archive.images[0]?.names).toEqual([APP])
    await archive.close()
  })

  it('is read through zip', async () => {
    await bringPeer('zip')('-j', at('artifact.zip'), at('podman-oci.tar'))
    const archive = await openArchive(at('artifact.zip'))
    expect(archive.images[0]?.names).toEqual([APP])
    await archive.close()
  })
})

describe('what real tools write that is no archive of images', () => {
  it.each([
    ['podman-export.tar', /as "docker export" writes them/],
    ['bundle', /a bundle for an OCI runtime/],
  ])('%s is told as what it is', async (name, message) => {
    await rejection(openArchive(at(name)), ValidationError, message)
  })

  it.each([
    ['xz', 'xz', ['--keep', '--force']],
    ['bzip2', 'bz2', ['--keep', '--force']],
    ['lz4', 'lz4', ['--force', '-m']],
  ])('an archive in %s is told with what to unpack it', async (tool, ending, options) => {
    await bringPeer(tool)(...options, at('podman-oci.tar'))
    const message = new RegExp(`packed with ${tool}; unpack it first \\("${tool} -d FILE"\\)`)
    await rejection(openArchive(at(`podman-oci.tar.${ending}`)), TarReadError, message)
  })

  it.each([
    ['podman-docker.tar', 'UTF-16'],
    ['podman-oci.tar', 'UTF-16'],
    // Of the other one all bytes are ASCII, and stay as they are.
    ['podman-oci.tar', 'UTF-8'],
  ])('%s that became text in %s, as PowerShell writes it, is told', async (name, encoding) => {
    // A code page of one byte a character, as consoles have.
    await bringPeer('iconv', 'libc-bin')('-f', 'CP437', '-t', encoding, '-o', at('text'), at(name))
    await rejection(openArchive(at('text')), TarReadError, /was written as text, as ">" of PowerShell does/)
  })
})

describe('what containerd exports of one platform', () => {
  it('is a sparse index: by default its platform is pushed', { timeout: 2 * MINUTES }, async () => {
    const { ctr, stop } = await startContainerd()
    const [name, url] = ['docker.io/team/multi:v1', inject('registryUrl')]
    try {
      await ctr('images', 'import', '--all-platforms', '--no-unpack', at('buildah-index.tar'))
      await ctr('images', 'tag', 'team/multi:v1', name)
      await ctr('images', 'export', '--platform', AMD64, at('sparse.tar'), name)
      await ctr('images', 'export', '--all-platforms', at('whole.tar'), name)
    } finally {
      await stop()
    }
    const repository = `producers/containerd-${run}`
    const whole = await pushDockerTar(at('whole.tar'), url, repository, 'whole')
    await expectSame(repository, 'whole', whole)

    const push = (tag: string, options = {}) =>
      pushDockerTar(at('sparse.tar'), url, `${repository}-sparse`, tag, options)
    const message = /also lists linux\/arm64, which the archive does not hold/
    await rejection(push('all', { platforms: 'all' }), ValidationError, message)
    const amd64 = await push('default')
    await expectSame(`${repository}-sparse`, 'default', amd64)
    expect(await push('amd64', { platform: AMD64 })).toBe(amd64)
    await expectSame(`${repository}-sparse`, 'available', await push('available', { platforms: 'available' }))
    const { manifest } = await getManifest(url, `${repository}-sparse`, 'available')
    expect(isIndex(manifest) && manifest.manifests.length).toBe(1)
  })
})

describe('what Docker saved before 1.10', () => {
  it('gets the ID that Docker gives it when it loads it', { timeout: 5 * MINUTES }, async () => {
    const engine = await startDocker()
    try {
      const v1 = await PRODUCERS.find(({ format }) => format === 'docker-v1')?.make()
      writeFileSync(at('v1.tar'), v1 ?? '')
      await engine.docker('load', '--input', at('v1.tar'))
      const [loaded] = JSON.parse(await engine.docker('image', 'inspect', 'team/app:v1'))
      expect((await inspectDockerTar(at('v1.tar'))).id).toBe(loaded.Id)
    } finally {
      await engine.stop()
    }
  })
})

/** skopeo finds this manifest there, and reads the image whole, verifying every digest on its way. */
async function expectSame(repository: string, tag: string, digest: string): Promise<void> {
  const source = `docker://${new URL(inject('registryUrl')).host}/${repository}:${tag}`
  const raw = at('raw.json')
  writeFileSync(raw, await skopeo('inspect', '--tls-verify=false', '--raw', source))
  expect((await skopeo('manifest-digest', raw)).trim()).toBe(digest)
  const target = at('read-back')
  mkdirSync(target, { recursive: true })
  await skopeo('copy', '--all', '--src-tls-verify=false', source, `dir:${target}`)
  rmSync(target, { recursive: true })
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  appendLayer,
  createIndex,
  editImage,
  type Image,
  type ImageEdits,
  openArchive,
  openImage,
  openRegistry,
  pushImage,
  saveArchive,
  selectPlatforms,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import type { Distribution } from '../support/distribution.ts'
import { loadedNames } from '../support/docker-api.ts'
import { imageOfKind } from '../support/opened-image.ts'
import { bringPeer, type DockerEngine, type Peer, peerAt, startDocker } from '../support/peers.ts'
import { ALL, describeReal } from '../support/real-registries.ts'
import { recordingFetch } from '../support/recording-fetch.ts'

// Edited images, as the tools of the trade take them.

const MINUTES = 60_000
const EDITS: ImageEdits = {
  labels: { 'com.example.stage': 'live' },
  env: { GREETING: 'hello from an edit' },
  entrypoint: ['/bin/sh', '-c'],
  cmd: ['echo "$GREETING in $PWD"'],
  workingDir: '/srv',
  exposedPorts: [8080],
  user: '1000:1000',
  stopSignal: 'SIGINT',
}

let count = 0
const newRepository = () => `edited/${Date.now().toString(36)}-${count++}`

/** The one image of a test archive. */
async function archived(): Promise<Image> {
  const [image] = (await openArchive(await createTestArchive())).images
  return image as Image
}

/** Tells why a Go program cannot be had here. */
const absenceOf = (name: 'crane' | 'regctl') => inject('goPrograms')[name].absence

describeReal('edited images in {}', ALL, ({ profile, start }) => {
  let registry: Distribution
  beforeAll(async () => {
    // zot mounts only blobs that it keeps once.
    registry = await start({ dedupes: true })
  })
  afterAll(() => registry?.stop())
  const host = () => new URL(registry.url).host

  it('send no byte of a layer, neither to their own repository nor to another one', async () => {
    const [repository, other] = [newRepository(), newRepository()]
    await pushImage(await archived(), registry.url, repository, 'v1')
    const recorder = recordingFetch()
    const handle = openRegistry(registry.url, { fetch: recorder.fetch })
    const edited = await editImage(await openImage(handle, repository, 'v1'), EDITS)
    await pushImage(edited, handle, repository, 'v2')
    await pushImage(edited, handle, other, 'v2')
    const blobs = recorder.exchanges.filter(({ method, url }) => method === 'GET' && url.pathname.includes('/blobs/'))
    expect(blobs).toHaveLength(1)
    // The config, once for each repository, unless zot has it in all of them.
    expect(recorder.count('PUT')).toBe(profile === 'zot' ? 3 : 4)
    expect(recorder.exchanges.filter(({ url }) => url.searchParams.has('mount')).map(({ status }) => status)).toEqual([
      201, 201,
    ])
  })

  it('are read by skopeo with their new config', async () => {
    const repository = newRepository()
    const digest = await pushImage(await editImage(await archived(), EDITS), registry.url, repository, 'v1')
    const skopeo = bringPeer('skopeo')
    const name = `docker://${host()}/${repository}:v1`
    const inspected = JSON.parse(await skopeo('inspect', '--tls-verify=false', name))
    expect(inspected).toMatchObject({ Digest: digest, Labels: { 'com.example.stage': 'live' } })
    expect(inspected.Env).toContain('GREETING=hello from an edit')
    const { config, history } = JSON.parse(await skopeo('inspect', '--tls-verify=false', '--config', name))
    expect(config).toMatchObject({ Entrypoint: ['/bin/sh', '-c'], WorkingDir: '/srv', User: '1000:1000' })
    expect(history.at(-1)).toMatchObject({ created_by: 'STOPSIGNAL SIGINT', empty_layer: true })
  })

  it.skipIf(absenceOf('crane'))('are valid to crane, of both kinds, and as an index', async () => {
    const repository = newRepository()
    const crane = peerAt(inject('goPrograms').crane.path ?? '')
    const index = await createIndex([await archived(), await imageOfKind('oci', { architecture: 'arm64' })])
    const images = [await editImage(await imageOfKind('oci'), EDITS), await editImage(index, EDITS)]
    // zot takes no manifests of Docker's kind.
    if (profile !== 'zot') {
      images.push(await editImage(await imageOfKind('docker'), EDITS))
      images.push(await createIndex([images[2] as Image, await imageOfKind('docker', { architecture: 'arm64' })]))
    }
    for (const [position, image] of images.entries()) {
      const tag = `v${position}`
      const name = `${host()}/${repository}:${tag}`
      const digest = await pushImage(image, registry.url, repository, tag)
      expect((await crane('digest', '--insecure', name)).trim()).toBe(digest)
      await crane('validate', '--insecure', '--fast', '--remote', name)
    }
    const config = JSON.parse(
      await crane('config', '--insecure', '--platform=linux/arm64', `${host()}/${repository}:v1`),
    )
    expect(config).toMatchObject({ architecture: 'arm64', config: { Labels: { 'com.example.stage': 'live' } } })
  })
})

describe('an edited image in a tar', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edited-'))
  const path = join(folder, 'app.tar')
  beforeAll(async () => {
    const edited = await editImage(await archived(), EDITS)
    await saveArchive([{ ...edited, names: ['example.com/team/app:v2'] }], path)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  describe('in docker load', () => {
    let engine: DockerEngine
    beforeAll(async () => {
      engine = await startDocker()
    }, MINUTES)
    afterAll(() => engine?.stop())

    it('has its new config and its history', async () => {
      const [name = ''] = loadedNames(await engine.docker('load', '--input', path))
      expect(name).toBe('example.com/team/app:v2')
      const [{ Config }] = JSON.parse(await engine.docker('image', 'inspect', name))
      expect(Config).toMatchObject({
        Labels: { 'com.example.stage': 'live' },
        Entrypoint: ['/bin/sh', '-c'],
        Cmd: EDITS.cmd,
        WorkingDir: '/srv',
        User: '1000:1000',
        ExposedPorts: { '8080/tcp': {} },
        StopSignal: 'SIGINT',
      })
      expect(Config.Env).toContain('GREETING=hello from an edit')
      const history = await engine.docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', name)
      expect(history.split('\n').slice(0, 3)).toEqual([
        'STOPSIGNAL SIGINT',
        `CMD ${JSON.stringify(EDITS.cmd)}`,
        'ENTRYPOINT ["/bin/sh","-c"]',
      ])
    })
  })
})

describe(
  'an edited image of an index',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'podman-'))
    const podman: Peer = (...args) =>
      bringPeer('podman')(
        '--storage-driver',
        'vfs',
        '--root',
        join(folder, 'storage'),
        '--runroot',
        join(folder, 'run'),
        ...args,
      )
    afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))

    it('runs in podman with its new command, environment and folder', async () => {
      const base = await appendLayer(await archived(), shell(), { mode: 0o755 })
      const index = await createIndex([base, await imageOfKind('oci', { architecture: 's390x' })])
      const edited = await editImage(index, EDITS)
      const repository = newRepository()
      await pushImage(edited, inject('registryUrl'), repository, 'v1')
      const opened = await openImage(inject('registryUrl'), repository, 'v1')
      const path = join(folder, 'app.tar')
      await saveArchive([await selectPlatforms(opened, 'linux/amd64')], path)
      const [name = ''] = loadedNames(await podman('load', '--input', path))
      const run = [
        'run',
        '--rm',
        '--network=none',
        '--security-opt=seccomp=unconfined',
        '--ulimit=nofile=1024:1024',
        '--ulimit=nproc=1024:1024',
      ]
      expect(await podman(...run, name)).toBe('hello from an edit in /srv\n')
    })
  },
  MINUTES,
)

/** The shell of this machine, with the libraries that it is linked to. */
function shell(): Record<string, Uint8Array> {
  const libraries = execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
  return Object.fromEntries(['/bin/sh', ...libraries].map((path) => [path.slice(1), readFileSync(realpathSync(path))]))
}

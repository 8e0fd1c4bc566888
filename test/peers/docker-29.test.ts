import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, inject, it } from 'vitest'
import {
  type Digest,
  extractOriginalTags,
  getManifest,
  isIndex,
  parseRepositoryTag,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  ValidationError,
  validateDockerTar,
} from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { describeDocker29 } from '../support/docker-29.ts'
import type { DockerApi } from '../support/docker-api.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withPlatform } from '../support/layout.ts'

// Archives that `docker save` of Docker 29 writes are pushed, and Docker pulls the images back.

/** The platform that Docker pulls by default. */
const HERE = process.arch === 'x64' ? 'linux/amd64' : `linux/${process.arch}`
const THERE = 'linux/s390x'
const ELSEWHERE = 'linux/riscv64'

const folder = mkdtempSync(join(tmpdir(), 'docker-29-saved-'))
afterAll(() => rmSync(folder, { recursive: true }))

let count = 0
const unique = () => `${Date.now().toString(36)}-${count++}`
const newRepository = () => `docker-29/${unique()}`
const newPath = () => join(folder, `${unique()}.tar`)
const nameIn = (repository: string) => `${new URL(inject('registryUrl')).host}/${repository}:v1`
const stored = (repository: string) => getManifest(inject('registryUrl'), repository, 'v1')

/** Pushes an index of these platforms, with an attestation of the first, for Docker to pull. */
async function publish(platforms: readonly string[] = [HERE, THERE]) {
  const layout = createLayout()
  const images = []
  for (const platform of platforms) {
    images.push(await layout.addImage({ text: unique(), architecture: platform.split('/')[1] as string }))
  }
  const attestation = await layout.addImage({ text: unique(), os: 'unknown', architecture: 'unknown' })
  const about = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': images[0]?.digest,
  }
  const index = await layout.addIndex([
    ...images.map((image, position) => withPlatform(image, platforms[position] as string)),
    withPlatform(attestation, 'unknown/unknown', about),
  ])
  layout.list({ ...index })
  const repository = newRepository()
  await pushDockerTar(layout.tar(), inject('registryUrl'), repository, 'v1')
  return { name: nameIn(repository), repository, index: index.digest, images: images.map(({ digest }) => digest) }
}

/** Has Docker save an image, and pushes the archive with default options. */
async function saveAndPush(docker: DockerApi, name: string, platforms: readonly string[] = []) {
  const [path, repository, warnings] = [newPath(), newRepository(), [] as string[]]
  await docker.save(path, [name], platforms)
  expect(await validateDockerTar(path)).toBe(true)
  const onWarning = (warning: string) => warnings.push(warning)
  const digest = await pushDockerTar(path, inject('registryUrl'), repository, 'v1', { onWarning })
  return { path, repository, digest, warnings: warnings.join('\n') }
}

/** Has Docker push an image, and gives the digest of its tag in the registry. */
async function pushByDocker(docker: DockerApi, name: string): Promise<Digest> {
  const repository = newRepository()
  await docker.tag(name, nameIn(repository))
  await docker.push(nameIn(repository))
  await docker.remove(nameIn(repository))
  return (await stored(repository)).digest
}

/** Removes an image from Docker, then has Docker pull it from a repository. */
async function pullBack(docker: DockerApi, forgotten: string, repository: string) {
  await docker.remove(forgotten)
  await docker.pull(nameIn(repository))
  const pulled = await docker.inspect(nameIn(repository))
  await docker.remove(nameIn(repository))
  return { id: pulled.Id, layers: pulled.RootFS.Layers }
}

describeDocker29('an index that it pulled', ['containerd'], (docker) => {
  it('with one platform there: pushDockerTar() pushes that platform, as docker push does', async () => {
    const { name, repository, images } = await publish()
    await docker().pull(name)
    const { layers } = await inspect(docker(), name)
    const pushed = await saveAndPush(docker(), name)
    expect(pushed.digest).toBe(images[0])
    expect(pushed.digest).toBe(await pushByDocker(docker(), name))
    expect(pushed.warnings).toContain(THERE)
    expect(await pushDockerTarWithAllOriginalTags(pushed.path, inject('registryUrl'))).toEqual([pushed.digest])
    expect((await stored(repository)).digest).toBe(pushed.digest)
    expect(await pullBack(docker(), name, pushed.repository)).toEqual({ id: pushed.digest, layers })
  })

  it('with all platforms and the attestation there: pushDockerTar() pushes the index, as docker push does', async () => {
    const { name, index } = await publish()
    await docker().pull(name)
    await docker().pull(name, THERE)
    const before = await inspect(docker(), name)
    const pushed = await saveAndPush(docker(), name)
    expect(pushed).toMatchObject({ digest: index, warnings: '' })
    expect(pushed.digest).toBe(await pushByDocker(docker(), name))
    expect(before.id).toBe(index)
    expect(await pullBack(docker(), name, pushed.repository)).toEqual(before)
  })

  it('with one platform saved: pushDockerTar() pushes that platform', async () => {
    const { name, images } = await publish()
    await docker().pull(name)
    await docker().pull(name, THERE)
    expect(await saveAndPush(docker(), name, [THERE])).toMatchObject({ digest: images[1], warnings: '' })
  })

  it('with two of three platforms there: pushDockerTar() asks for a choice', async () => {
    const { name, images } = await publish([HERE, THERE, ELSEWHERE])
    await docker().pull(name)
    await docker().pull(name, THERE)
    const [path, repository] = [newPath(), newRepository()]
    await docker().save(path, [name])
    const push = (options = {}) => pushDockerTar(path, inject('registryUrl'), repository, 'v1', options)
    await rejection(push(), ValidationError, new RegExp(`${ELSEWHERE}.*platform`, 's'))
    expect(await push({ platform: THERE })).toBe(images[1])
    await push({ platforms: 'available' })
    const { manifest } = await stored(repository)
    expect(isIndex(manifest) && manifest.manifests.map(({ digest }) => digest)).toEqual(
      expect.arrayContaining(images.slice(0, 2)),
    )
  })
})

describeDocker29('an image that it pulled', ['graph driver'], (docker) => {
  it('pushDockerTar() pushes it, and Docker pulls it with the same ID', async () => {
    const { name, images } = await publish()
    await docker().pull(name)
    const before = await inspect(docker(), name)
    const pushed = await saveAndPush(docker(), name)
    expect(pushed).toMatchObject({ digest: images[0], warnings: '' })
    expect(await pullBack(docker(), name, pushed.repository)).toEqual(before)
  })
})

describeDocker29('an image that it loaded', ['containerd', 'graph driver'], (docker) => {
  /** Has Docker load an image, and gives its name. */
  async function load(): Promise<string> {
    const [path, name] = [newPath(), `docker.io/${newRepository()}:v1`]
    const layers: Record<string, string>[] = [{ motd: unique() }, { issue: unique() }]
    await writeFile(path, await createTestArchive({ images: [{ names: [name], layers }] }))
    await docker().load(path)
    return name
  }

  it('pushDockerTar() pushes it, and Docker pulls it with the same ID', async () => {
    const name = await load()
    const before = await inspect(docker(), name)
    const pushed = await saveAndPush(docker(), name)
    expect(pushed.warnings).toBe('')
    expect(await pullBack(docker(), name, pushed.repository)).toEqual(before)
  })

  it('pushDockerTar() pushes it under the given name if it was saved by its ID', async () => {
    const name = await load()
    const before = await inspect(docker(), name)
    const pushed = await saveAndPush(docker(), before.id)
    expect(await extractOriginalTags(pushed.path)).toEqual([])
    expect(await pullBack(docker(), name, pushed.repository)).toEqual(before)
  })

  it('pushDockerTarWithAllOriginalTags() pushes it and another one under all their names', async () => {
    const [one, two] = [await load(), await load()]
    await docker().tag(one, `${one}-again`)
    const path = newPath()
    await docker().save(path, [one, `${one}-again`, two])
    const found = await extractOriginalTags(path)
    expect(found.toSorted()).toEqual([one, `${one}-again`, two].toSorted())
    const digests = await pushDockerTarWithAllOriginalTags(path, inject('registryUrl'))
    const digestOf = (name: string) => digests[found.indexOf(name)]
    expect(digestOf(`${one}-again`)).toBe(digestOf(one))
    const before = await inspect(docker(), two)
    expect(await pullBack(docker(), two, parseRepositoryTag(two).repository)).toEqual(before)
  })
})

/** The ID and the layers of an image in Docker. */
async function inspect(docker: DockerApi, name: string) {
  const { Id, RootFS } = await docker.inspect(name)
  return { id: Id, layers: RootFS.Layers }
}

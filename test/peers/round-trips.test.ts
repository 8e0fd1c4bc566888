import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  copyImage,
  openImage,
  type PullOptions,
  pullBundle,
  pullDockerTar,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  saveArchive,
} from '../../src/node/index.ts'
import { buildah } from '../support/consumers/buildah.ts'
import type { Consumer, StartedConsumer, WrittenImages } from '../support/consumers/consumer.ts'
import { CONSUMERS } from '../support/consumers/index.ts'
import { readStored } from '../support/consumers/read-image.ts'
import { absenceOf, startConsumer } from '../support/consumers/started.ts'
import type { Distribution } from '../support/distribution.ts'
import { addAttestationImage, THERE } from '../support/packed-images.ts'
import { peerAt } from '../support/peers.ts'
import { type PublishedImage, publishImage, unique } from '../support/published-image.ts'
import { ALL, describeReal } from '../support/real-registries.ts'

// What tools push to real registries is pulled, taken by the same tools, copied, and pushed again, with the same digests.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'round-trips-'))
const newPath = () => join(folder, `${unique()}.tar`)
afterAll(() => rmSync(folder, { recursive: true }))

/** An image in the registry of the run, and a tar of it that tools push from. */
interface Source extends WrittenImages {
  readonly published: PublishedImage
}

/** Tools that push. */
const TOOLS: readonly Consumer[] = [
  CONSUMERS.docker,
  CONSUMERS.docker29,
  CONSUMERS.docker29graph,
  CONSUMERS.podman,
  CONSUMERS.skopeoOciArchive,
  buildah,
]
/** Those that push media types of Docker, which zot does not take. */
const PUSH_DOCKER_TYPES: readonly Consumer[] = [CONSUMERS.docker, CONSUMERS.docker29graph]

const tools = new Map<Consumer, StartedConsumer>()
let source: Source

beforeAll(async () => {
  source = await makeSource()
  for (const tool of TOOLS) if (absenceOf(tool) === undefined) tools.set(tool, await startConsumer(tool))
}, 2 * MINUTES)
afterAll(async () => {
  for (const tool of tools.values()) await tool.stop()
}, MINUTES)

async function makeSource(): Promise<Source> {
  const published = await publishImage(inject('registryUrl'), { others: [THERE], attest: addAttestationImage })
  const { repository, tag, name, digest } = published
  const path = newPath()
  await saveArchive([await openImage(inject('registryUrl'), repository, tag)], path)
  return { path, names: [name], digest, published }
}

/** Pulls an image into a file. */
async function pull(url: string, repository: string, options?: PullOptions) {
  await using pulled = await pullDockerTar(url, repository, 'v1', options)
  const path = newPath()
  await pipeline(pulled.stream(), createWriteStream(path))
  return { path, digest: pulled.digest }
}

const nameIn = (url: string, repository: string, tag = 'v1') => `${new URL(url).host}/${repository}:${tag}`
const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

describeReal('{}', ALL, (real) => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await real.start()
  })
  afterAll(() => registry?.stop())

  for (const tool of TOOLS) {
    if (real.profile === 'zot' && PUSH_DOCKER_TYPES.includes(tool)) continue
    const absence = absenceOf(tool)
    if (absence !== undefined) {
      it.skip(`${tool.title} is not tried, as ${absence}`, () => {})
      continue
    }
    it(`pulls what a tool pushed, gives it back, and pushes it again: ${tool.title}`, async () => {
      const started = tools.get(tool) as StartedConsumer
      const repository = `round-trips/${unique()}`
      const name = nameIn(registry.url, repository)
      await started.push?.(source, name)
      const { digest, ...image } = await readStored(name)
      expect(image.diffIds).toEqual(source.published.diffIds)

      const pulled = await pull(registry.url, repository)
      expect(pulled.digest).toBe(digest)
      const taken = await started.take({ path: pulled.path, names: [name], digest })
      expect(taken.map(({ name }) => name)).toEqual([name])
      // A tool tells a part of it, and some make a manifest of their own.
      expect({ name, digest, ...image }).toMatchObject(taken[0] ?? {})
      expect(await pushDockerTar(pulled.path, registry.url, `${repository}-again`, 'v1')).toBe(digest)
      expect(await readStored(nameIn(registry.url, `${repository}-again`))).toEqual({ digest, ...image })

      const from = { registry: registry.url, repository, reference: 'v1' }
      for (const url of [registry.url, inject('registryUrl')]) {
        const to = { registry: url, repository: `${repository}-copy` }
        expect(await copyImage(from, to)).toEqual({ digest, outcome: 'copied', tags: ['v1'] })
        expect(await copyImage(from, to)).toEqual({ digest, outcome: 'present', tags: ['v1'] })
        expect(await readStored(nameIn(url, to.repository))).toEqual({ digest, ...image })
      }
    })
  }

  it('gives the same tar as any other registry', async () => {
    const repository = `round-trips/${unique()}`
    const { repository: original, tag: reference, digest } = source.published
    const from = { registry: inject('registryUrl'), repository: original, reference }
    expect(await copyImage(from, { registry: registry.url, repository })).toMatchObject({ digest, outcome: 'copied' })
    const names = ['registry.example.com/team/app:v1']
    const [one, other] = [
      await pull(registry.url, repository, { names }),
      await pull(inject('registryUrl'), original, { names }),
    ]
    expect(hashOf(one.path)).toBe(hashOf(other.path))
  })

  it('gives several images in one tar, which is pushed elsewhere with the same digests', async () => {
    const images = [await publishImage(registry.url), await publishImage(registry.url, { others: [THERE], tag: 'v2' })]
    await using pulled = await pullBundle(
      registry.url,
      images.map(({ repository, tag }) => `${repository}:${tag}`),
    )
    const path = newPath()
    await pipeline(pulled.stream(), createWriteStream(path))
    const digests = await pushDockerTarWithAllOriginalTags(path, inject('registryUrl'))
    expect(digests).toEqual(images.map(({ digest }) => digest))
    for (const { repository, tag, digest, config, diffIds } of images) {
      expect(await readStored(nameIn(inject('registryUrl'), repository, tag))).toEqual({ digest, config, diffIds })
    }
  })

  const { path: oras = '', absence: withoutOras } = inject('goPrograms').oras
  if (withoutOras !== undefined) return it.skip(`oras is not tried, as ${withoutOras}`, () => {})

  it('gives an artifact of oras with its signature, also to another registry', async () => {
    const repository = `round-trips/${unique()}`
    const [client, name] = [peerAt(oras, folder), nameIn(registry.url, repository)]
    for (const file of ['list', 'signature']) writeFileSync(join(folder, file), `the ${file} of ${repository}`)
    const type = (file: string) => ['--plain-http', '--artifact-type', `application/vnd.test.${file}`]
    await client('push', ...type('list'), name, 'list:text/plain')
    await client('attach', ...type('signature'), name, 'signature:text/plain')
    /** The digest of the artifact, and that of its signature. */
    const discover = async (...place: string[]) => {
      const { digest, referrers } = JSON.parse(await client('discover', '--format', 'json', ...place))
      return [digest, ...referrers.map(({ digest }: { digest: string }) => digest)]
    }
    const before = await discover('--plain-http', name)
    expect(before.length).toBe(2)

    const { path } = await pull(registry.url, repository, { referrers: true })
    expect(await discover('--oci-layout', `${path}:v1`)).toEqual(before)
    await client('pull', '--oci-layout', `${path}:v1`, '--output', 'pulled')
    expect(readFileSync(join(folder, 'pulled/list'), 'utf8')).toBe(`the list of ${repository}`)

    await pushDockerTar(path, inject('registryUrl'), repository, 'v1')
    expect(await discover('--plain-http', nameIn(inject('registryUrl'), repository))).toEqual(before)
    const from = { registry: registry.url, repository, reference: 'v1' }
    const to = { registry: inject('registryUrl'), repository: `${repository}-copy` }
    await copyImage(from, to, { referrers: true })
    expect(await discover('--plain-http', nameIn(to.registry, to.repository))).toEqual(before)
  })
})

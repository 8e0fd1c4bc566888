import { describe, expect, it } from 'vitest'
import {
  type Archive,
  openArchive,
  openRegistry,
  type PlanOptions,
  planPush,
  pushDockerTar,
  pushDockerTarWithAllOriginalTags,
  pushDockerTarWithOriginalTags,
  ValidationError,
} from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { NO_NAMES } from '../support/archive-contract.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'

// What stands for a name in an archive, but is none: containerd names the images of a kubelet by digest and by ID too.

const DIGEST = `sha256:${'e6'.repeat(32)}`
const ID = 'e6'.repeat(32)

function embedded() {
  const registry = createTestRegistry()
  return openRegistry('https://registry.test', { fetch: registry.fetch })
}

/** One image, listed once by each of the pairs of `io.containerd.image.name` and `org.opencontainers.image.ref.name`. */
async function named(...names: ReadonlyArray<readonly [name: string | undefined, refName: string]>) {
  const layout = createLayout()
  const image = await layout.addImage()
  const annotationsOf = ([name, refName]: readonly [string | undefined, string]) => ({
    ...(name !== undefined && { 'io.containerd.image.name': name }),
    'org.opencontainers.image.ref.name': refName,
  })
  layout.list(...names.map((pair) => ({ ...image, annotations: annotationsOf(pair) })))
  return layout.tar()
}

/** The tags that a push sets, and its warnings. */
async function planned({ images }: Pick<Archive, 'images'>, options: PlanOptions = {}) {
  const warnings: string[] = []
  const plan = await planPush(images, embedded(), { onWarning: (warning) => warnings.push(warning), ...options })
  return { tags: plan.tags.map(({ repository, tag }) => `${repository}:${tag}`), warnings }
}

const skipped = (name: string) =>
  `The archive names an image ${JSON.stringify(name)}, which no image can be pushed by; the name was skipped.`

describe('an image with names that are none', () => {
  it.each([
    ['<none>:<none>', '<none>'],
    [DIGEST, ID],
    [`registry.k8s.io/pause@${DIGEST}`, `@${DIGEST}`],
    [`import-2024-01-01@${DIGEST}`, `@${DIGEST}`],
    [undefined, `pause@${DIGEST}`],
    [undefined, DIGEST],
  ])('is pushed by the others (%s, %s)', async (name, refName) => {
    const archive = await named([name, refName], ['registry.k8s.io/pause:3.9', '3.9'])
    const registry = embedded()
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    const digests = await pushDockerTarWithAllOriginalTags(archive, registry, { onWarning })
    expect(digests).toHaveLength(1)
    expect(await pushDockerTarWithOriginalTags(archive, registry)).toBe(digests[0])
    expect(await planned(await openArchive(archive))).toEqual({
      tags: ['pause:3.9'],
      warnings: [skipped(name ?? refName)],
    })
    expect(warnings).toEqual([skipped(name ?? refName)])
  })

  it.each(NO_NAMES)('is pushed to where the caller says (%j)', async (name) => {
    const archive = await openArchive(await createTestArchive({ images: [{ names: [name] }] }))
    const registry = embedded()
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    await pushDockerTar(archive, registry, 'team/app', 'v1', { onWarning })
    // Nobody needs the name.
    expect(warnings).toEqual([])
    await pushDockerTar(archive, registry, 'team/app', undefined, { onWarning })
    expect(warnings).toEqual([skipped(name)])
    await pushDockerTar(archive, registry, 'team/app', 'v2', { image: name })
    expect(await planned(archive, { repository: 'team/app', tags: ['v1'] })).toEqual({
      tags: ['team/app:v1'],
      warnings: [],
    })
    expect(await planned(archive, { rename: () => 'team/app:v3' })).toEqual({ tags: ['team/app:v3'], warnings: [] })
  })

  it('takes the tag that it has without a repository, unless that is its ID', async () => {
    const archive = await named([DIGEST, ID], [undefined, ID], [undefined, 'v7'])
    expect(await planned(await openArchive(archive), { repository: 'a' })).toEqual({
      tags: ['a:v7'],
      warnings: [skipped(DIGEST), skipped(ID)],
    })
    const registry = embedded()
    const warnings: string[] = []
    const onWarning = (warning: string) => warnings.push(warning)
    await pushDockerTar(await named([undefined, ID]), registry, 'team/app', undefined, { onWarning })
    expect(warnings).toEqual([skipped(ID)])
  })

  it('is refused where there is no place to push it to', async () => {
    const archive = await createTestArchive({ images: [{ names: ['<none>:<none>'] }] })
    const registry = embedded()
    await rejection(pushDockerTarWithOriginalTags(archive, registry), ValidationError, /it has no name/)
    await rejection(pushDockerTar(archive, registry, undefined, 'v1'), ValidationError, /it has no name/)
    const all = pushDockerTarWithAllOriginalTags(archive, registry)
    await rejection(
      all,
      ValidationError,
      /image 0 has no name that it can be pushed by, but "<none>:<none>"; push it with/,
    )
    await rejection(
      pushDockerTar(await named([undefined, 'no tag']), registry, 'a'),
      ValidationError,
      /"no tag" as a tag/,
    )
  })

  it('does not keep the other images from being pushed', async () => {
    const archive = await createTestArchive({
      images: [
        { names: ['<none>:<none>'], layers: [{ a: 'a' }] },
        { names: ['<none>:<none>'], layers: [{ b: 'b' }] },
        { names: ['team/app:v1'] },
      ],
    })
    expect(await planned(await openArchive(archive))).toEqual({
      tags: ['team/app:v1'],
      warnings: [skipped('<none>:<none>')],
    })
    expect(await pushDockerTarWithAllOriginalTags(archive, embedded())).toHaveLength(1)
  })

  it.each([ID, DIGEST])(
    'does not keep the others from being pushed where it has only a tag that is none (%s)',
    async (id) => {
      const layout = createLayout()
      const annotated = (image: object, name: string) => ({
        ...image,
        annotations: { 'org.opencontainers.image.ref.name': name },
      })
      const [one, other] = [await layout.addImage({ text: 'one' }), await layout.addImage({ text: 'other' })]
      layout.list(annotated(one, id), annotated(other, 'docker.io/team/app:v1'))
      expect(await planned(await openArchive(layout.tar()))).toEqual({ tags: ['team/app:v1'], warnings: [skipped(id)] })
      expect(await pushDockerTarWithAllOriginalTags(layout.tar(), embedded())).toHaveLength(1)
      layout.list(annotated(one, id))
      await rejection(pushDockerTarWithAllOriginalTags(layout.tar(), embedded()), ValidationError, /image 0 has no/)
      layout.list(annotated(one, 'v7'), annotated(other, 'docker.io/team/app:v1'))
      const tagged = pushDockerTarWithAllOriginalTags(layout.tar(), embedded())
      await rejection(tagged, ValidationError, /image 0 has no whole name, only the tag "v7"/)
    },
  )

  it('is renamed like any other', async () => {
    const archive = await openArchive(
      await createTestArchive({ images: [{ names: ['Team/App:v1', '<none>:<none>'] }] }),
    )
    expect(await planned(archive, { rename: (name) => name.toLowerCase() })).toEqual({
      tags: ['team/app:v1'],
      warnings: [skipped('<none>:<none>')],
    })
    await rejection(planned(archive, { rename: () => DIGEST }), ValidationError, /as an image name/)
  })
})

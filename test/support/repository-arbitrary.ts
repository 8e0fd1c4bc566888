import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Digest } from '../../src/index.ts'

/** A manifest of a random repository. It names others by their position: only those before it. */
type NodeModel =
  | {
      readonly kind: 'image'
      readonly isDocker: boolean
      /** Also the tag of its config. Two images with the same layers and date are one. */
      readonly layers: readonly number[]
      readonly created: string | undefined
      readonly subject: number | undefined
    }
  | {
      readonly kind: 'index'
      readonly isDocker: boolean
      readonly children: readonly number[]
      readonly subject: number | undefined
    }
  /** BuildKit's: an index lists it, with the digest of the image that it is about. */
  | { readonly kind: 'attestation'; readonly about: number }
  | { readonly kind: 'artifact'; readonly subject: number; readonly layers: readonly number[] }

export interface RepositoryModel {
  readonly nodes: readonly NodeModel[]
  readonly tags: ReadonlyArray<readonly [tag: string, node: number]>
  readonly cosign: ReadonlyArray<readonly [ending: string, subject: number, node: number]>
  /** The lists of referrers under tags: their subjects, and whether the last referrer is missing in it. */
  readonly lists: ReadonlyArray<readonly [subject: number, isPartial: boolean]>
  /** Manifests that somebody deleted. */
  readonly lost: readonly number[]
}

/** A manifest as it is in a registry. */
export interface BuiltNode {
  readonly digest: Digest
  readonly mediaType: string
  readonly text: string
  readonly children: readonly Digest[]
  readonly blobs: readonly Digest[]
  readonly subject: Digest | undefined
  /** Dates of all images in it. Absent ones are left out. */
  readonly dates: readonly string[]
}

/** A random repository, as requests fill it. */
export interface BuiltRepository {
  readonly blobs: ReadonlyMap<Digest, string>
  /** In the order in which they can be put. */
  readonly nodes: ReadonlyMap<Digest, BuiltNode>
  readonly tags: ReadonlyMap<string, Digest>
  readonly lost: readonly Digest[]
}

/** Tags with versions, by their series, oldest first. */
export const VERSIONS = [
  ['1.0', 'v1.1-rc.1', 'v1.1', '1.9', '1.10'],
  ['debian-11', 'debian-12', 'debian-12.5'],
  ['pr-1', 'pr-2'],
]
const OTHER_TAGS = ['latest', 'main', 'sha-0a1b2c3', 'stable']
const DATES = [
  ...['2015-01-01T00:00:00Z', '2016-01-01T00:00:00Z', '2017-01-01T00:00:00.123456789Z', '2018-06-01T02:00:00+02:00'],
  ...['2019-01-01T00:00:00Z', '2020-01-01T00:00:00Z', undefined, '1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ...['2999-01-01T00:00:00Z', 'last week', ''],
]

const at = fc.nat({ max: 20 })
const few = (max: number) => fc.array(at, { maxLength: max })
const layers = fc.array(fc.nat({ max: 4 }), { maxLength: 3 })
const subject = fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, { arbitrary: at, weight: 1 })
const isDocker = fc.nat({ max: 3 }).map((number) => number === 0)

const node: fc.Arbitrary<NodeModel> = fc.oneof(
  fc.record({
    kind: fc.constant('image' as const),
    isDocker,
    layers,
    created: fc.constantFrom(...DATES),
    subject,
  }),
  fc.record({
    kind: fc.constant('index' as const),
    isDocker,
    children: few(4),
    subject,
  }),
  fc.record({ kind: fc.constant('attestation' as const), about: at }),
  fc.record({ kind: fc.constant('artifact' as const), subject: at, layers }),
)

/** Repositories as tools leave them: nested indexes, attestations, referrers of referrers, and what is shared. */
export const repositoryModel: fc.Arbitrary<RepositoryModel> = fc.record({
  nodes: fc.array(node, { minLength: 3, maxLength: 14 }),
  tags: fc.uniqueArray(fc.tuple(fc.constantFrom(...VERSIONS.flat(), ...OTHER_TAGS), at), {
    selector: ([tag]) => tag,
    minLength: 2,
    maxLength: 10,
  }),
  cosign: fc.array(fc.tuple(fc.constantFrom('sig', 'att', 'sbom'), at, at), { maxLength: 3 }),
  lists: fc.uniqueArray(
    fc.tuple(
      at,
      fc.nat({ max: 4 }).map((number) => number === 0),
    ),
    { selector: ([subject]) => subject, maxLength: 8 },
  ),
  lost: fc.oneof({ arbitrary: fc.constant([]), weight: 4 }, { arbitrary: few(2), weight: 1 }),
})

const OCI = 'application/vnd.oci.image'
const DOCKER = 'application/vnd.docker'
const TYPES = {
  oci: {
    index: `${OCI}.index.v1+json`,
    manifest: `${OCI}.manifest.v1+json`,
    config: `${OCI}.config.v1+json`,
    layer: `${OCI}.layer.v1.tar`,
  },
  docker: {
    index: `${DOCKER}.distribution.manifest.list.v2+json`,
    manifest: `${DOCKER}.distribution.manifest.v2+json`,
    config: `${DOCKER}.container.image.v1+json`,
    layer: `${DOCKER}.image.rootfs.diff.tar.gzip`,
  },
}

/**
 * Makes the manifests and blobs of a repository.
 *
 * @param salt A text in all of its blobs, so that no other repository has them.
 */
export function buildRepository(model: RepositoryModel, salt: string): BuiltRepository {
  const blobs = new Map<Digest, string>()
  const nodes: BuiltNode[] = []
  const addBlob = (mediaType: string, content: string) => {
    const text = content === '{}' ? content : `${content}${salt}`
    blobs.set(digestOf(text), text)
    return { mediaType, digest: digestOf(text), size: text.length }
  }
  const earlier = (position: number) => nodes[position % nodes.length]

  function add(mediaType: string, content: Record<string, unknown>, rest: Partial<BuiltNode>): BuiltNode {
    const text = JSON.stringify({ schemaVersion: 2, mediaType, ...content })
    return {
      ...{ digest: digestOf(text), mediaType, text, children: [], blobs: [], subject: undefined, dates: [] },
      ...rest,
    }
  }

  function addImage(
    kind: 'oci' | 'docker',
    config: { mediaType: string; digest: Digest; size: number },
    numbers: readonly number[],
    more: Record<string, unknown>,
    rest: Partial<BuiltNode> = {},
  ) {
    const all = numbers.map((number) => addBlob(TYPES[kind].layer, `layer ${number} `))
    const blobs = [config, ...all].map(({ digest }) => digest)
    return add(TYPES[kind].manifest, { config, layers: all, ...more }, { blobs, ...rest })
  }

  function subjectOf(position: number | undefined, isDocker: boolean) {
    const subject = position === undefined || isDocker ? undefined : earlier(position)
    return { fields: subject ? { subject: descriptorOf(subject) } : {}, digest: subject?.digest }
  }

  function build(one: NodeModel): BuiltNode {
    switch (one.kind) {
      case 'image': {
        const kind = one.isDocker ? 'docker' : 'oci'
        const { fields, digest: subject } = subjectOf(one.subject, one.isDocker)
        const config = { os: 'linux', architecture: 'amd64', created: one.created, author: one.layers.join() }
        const dates = one.created === undefined ? [] : [one.created]
        // The salt follows the JSON as white space would.
        const text = JSON.stringify({ ...config, salt })
        blobs.set(digestOf(text), text)
        const described = { mediaType: TYPES[kind].config, digest: digestOf(text), size: text.length }
        return addImage(kind, described, one.layers, fields, { subject, dates })
      }
      case 'attestation':
        return addImage('oci', addBlob(TYPES.oci.config, `{}`), [one.about % 3], { about: earlier(one.about)?.digest })
      case 'artifact': {
        const { fields, digest: subject } = subjectOf(one.subject, false)
        const config = addBlob('application/vnd.oci.empty.v1+json', '{}')
        return addImage('oci', config, one.layers, { artifactType: 'application/x-test', ...fields }, { subject })
      }
      case 'index': {
        const kind = one.isDocker ? 'docker' : 'oci'
        const children = one.children.flatMap((position) => earlier(position) ?? [])
        const { fields, digest: subject } = subjectOf(one.subject, one.isDocker)
        const manifests = children.map(entryOf)
        const dates = children.flatMap(({ dates }) => dates)
        return add(
          TYPES[kind].index,
          { manifests, ...fields },
          { children: children.map(({ digest }) => digest), subject, dates },
        )
      }
    }
  }

  for (const one of model.nodes) nodes.push(build(one))
  const byDigest = new Map(nodes.map((one) => [one.digest, one]))
  const tags = new Map<string, Digest>()
  const tag = (name: string, position: number) => tags.set(name, earlier(position)?.digest as Digest)
  for (const [name, position] of model.tags) tag(name, position)
  for (const [ending, subject, position] of model.cosign) {
    tag(`${(earlier(subject)?.digest ?? '').replace(':', '-')}.${ending}`, position)
  }
  for (const [position, isPartial] of model.lists) {
    const subject = earlier(position)?.digest
    const referrers = [...byDigest.values()].filter((one) => one.subject === subject)
    const listed = isPartial ? referrers.slice(0, -1) : referrers
    if (!subject || listed.length === 0) continue
    const list = add(
      TYPES.oci.index,
      { manifests: listed.map(descriptorOf) },
      { children: listed.map(({ digest }) => digest) },
    )
    byDigest.set(list.digest, list)
    tags.set(subject.replace(':', '-'), list.digest)
  }
  return { blobs, nodes: byDigest, tags, lost: model.lost.flatMap((position) => earlier(position)?.digest ?? []) }
}

function entryOf(node: BuiltNode): object {
  const about = (JSON.parse(node.text) as { about?: string }).about
  if (about === undefined) return descriptorOf(node)
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': about }
  return { ...descriptorOf(node), annotations, platform: { os: 'unknown', architecture: 'unknown' } }
}

function descriptorOf({ mediaType, digest, text }: BuiltNode) {
  return { mediaType, digest, size: text.length }
}

function digestOf(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/** Puts a repository into a registry by plain requests, as other clients do. */
export async function fillRepository(
  { blobs, nodes, tags, lost }: BuiltRepository,
  base: string,
  send: (request: Request) => Promise<Response> = fetch,
): Promise<void> {
  async function request(method: string, path: string, body?: string, type = 'application/octet-stream') {
    const url = new URL(path, base)
    const init = body === undefined ? { method } : { method, body, headers: { 'content-type': type } }
    const answer = await send(new Request(url, init))
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
    return answer
  }
  for (const [digest, text] of blobs) {
    const location = new URL((await request('POST', 'blobs/uploads/')).headers.get('location') ?? '', base)
    location.searchParams.set('digest', digest)
    await request('PUT', location.href, text)
  }
  for (const { digest, text, mediaType } of nodes.values()) {
    await request('PUT', `manifests/${digest}`, text, mediaType)
  }
  for (const [tag, digest] of tags) {
    const node = nodes.get(digest)
    await request('PUT', `manifests/${tag}`, node?.text, node?.mediaType)
  }
  // Without their tags nothing can be lost in a registry that deletes a manifest with them.
  for (const digest of new Set(lost)) {
    if (![...tags.values()].includes(digest)) await request('DELETE', `manifests/${digest}`)
  }
}

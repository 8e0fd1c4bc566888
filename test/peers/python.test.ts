import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as library from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { bringPythonLibrary, type PythonAnswer } from '../support/python-library.ts'

// What docs/from-python.md says of both libraries: the same calls, each at a registry of its own.

type Argument = string | null
type Call = readonly [name: string, ...args: Argument[]]
/** An error's class, and in JavaScript also its code. */
type Failure = readonly [error: string, code?: string]
type Expected = { readonly is: unknown } | { readonly fails: Failure }

const folder = mkdtempSync(join(tmpdir(), 'python-'))
const archive = (name: string) => resolve('test/archives', `${name}.tar`)

/** What stands for an address, a digest or a file in the calls. */
const REGISTRY = 'REGISTRY'
const PROTECTED = 'PROTECTED'
const PUSHED = 'PUSHED'
const DOCKER = archive('docker-29.8-graph-driver')
const OLD = archive('docker-20.10-graph-driver')
const SEVERAL = archive('docker-29.8-containerd-several-images')
const LAYOUT = archive('buildkit-0.33-oci')
const NAMELESS = join(folder, 'nameless.tar')
const TEXT = join(folder, 'text.tar')
const GONE = join(folder, 'gone.tar')
const NOWHERE = 'http://127.0.0.1:1'

const DIGEST = expect.stringMatching(/^sha256:[0-9a-f]{64}$/)
/** Of the image in DOCKER: the one that Python writes, and the one in the archive. */
const PYTHON_DIGEST = 'sha256:6b9fe734ed5ef4a8599786e36831e7443763e2e225d63e65f18bd3981ba606fb'
const OUR_DIGEST = 'sha256:a79a0e7d3c632ee1348a6279aa95c0e13dfba8b4c4b34054a62fba634aa2d830'
const OTHER = `sha256:${'0'.repeat(64)}`
const CONFIG = 'sha256:dd0bdf9a776b31c412fa7b4d8215a1bf0de67f033040abaad68c28ae42e8fda9'
const NAMES = ['team/app:v1', 'team/app:latest', 'other/app:v1']

const is = (is: unknown): Expected => ({ is })
const fails = (...fails: Failure): Expected => ({ fails })
const same = (call: Call, value: unknown) => [call, is(value), is(value)] as const
const NO_ANSWER = [fails('RegistryError'), fails('NetworkError', 'NO_ANSWER')] as const
const NO_SIGN_IN = [fails('RegistryError'), fails('ResponseError', 'SIGN_IN_REQUIRED')] as const
const NOT_FOUND = [fails('RegistryError'), fails('ResponseError', 'NOT_FOUND')] as const
const NO_REFERENCE = [fails('RegistryError'), fails('ValidationError', 'REFERENCE_INVALID')] as const
/** Of pydantic, and no `RegistryError`. */
const PYDANTIC = 'pydantic_core.ValidationError'

/** In this order, since some depend on earlier ones. */
const CALLS: ReadonlyArray<readonly [call: Call, python: Expected, here: Expected]> = [
  same(['check_registry_connectivity', REGISTRY], true),
  [['check_registry_connectivity', NOWHERE], ...NO_ANSWER],
  [['check_registry_connectivity', PROTECTED], ...NO_SIGN_IN],
  [['check_registry_connectivity', 'no url'], fails('RegistryError'), fails('ValidationError', 'ADDRESS_INVALID')],

  [['push_docker_tar', DOCKER, REGISTRY], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar', DOCKER, REGISTRY, 'mine/app', 'v1'], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar', DOCKER, REGISTRY, 'mine/app'], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar', DOCKER, REGISTRY, 'mine/app', 'latest'], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar', DOCKER, REGISTRY, 'once/app', 'v1'], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar', DOCKER, REGISTRY, 'digest/app', 'v1'], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  // Python sets the tag "latest", not that of the archive.
  [
    ['push_docker_tar', DOCKER, REGISTRY, 'mine/app', ''],
    is(PYTHON_DIGEST),
    fails('ValidationError', 'REFERENCE_INVALID'),
  ],
  // Python takes the repository of the archive, unless there is a tag.
  [['push_docker_tar', DOCKER, REGISTRY, ''], is(PYTHON_DIGEST), fails('ValidationError', 'REFERENCE_INVALID')],
  [['push_docker_tar', DOCKER, REGISTRY, '', 'v1'], ...NO_REFERENCE],
  [['push_docker_tar', DOCKER, REGISTRY, 'Mine/App', 'v1'], ...NO_REFERENCE],
  [['push_docker_tar', DOCKER, REGISTRY, 'mine/app', 'not valid'], ...NO_REFERENCE],
  [['push_docker_tar', DOCKER, PROTECTED], ...NO_SIGN_IN],
  [['push_docker_tar', OLD, REGISTRY], fails('RegistryError'), is(DIGEST)],
  [['push_docker_tar', OLD, REGISTRY, 'old/app', 'v1'], fails('RegistryError'), is(DIGEST)],
  [['push_docker_tar', LAYOUT, REGISTRY], fails('RegistryError'), is(DIGEST)],
  [['push_docker_tar', LAYOUT, REGISTRY, 'layout/app', 'v1'], fails('ValidationError'), is(DIGEST)],
  [['push_docker_tar', SEVERAL, REGISTRY], is(DIGEST), fails('ValidationError', 'IMAGE_NOT_CHOSEN')],
  [['push_docker_tar', SEVERAL, REGISTRY, 'all/app', 'v1'], is(DIGEST), fails('ValidationError', 'IMAGE_NOT_CHOSEN')],
  [['push_docker_tar', NAMELESS, REGISTRY], fails('RegistryError'), fails('ValidationError', 'NAME_MISSING')],
  [['push_docker_tar', NAMELESS, REGISTRY, 'nameless/app', 'v1'], fails(PYDANTIC), is(DIGEST)],
  [['push_docker_tar', GONE, REGISTRY], fails('RegistryError'), fails('TarReadError', 'FILE_UNREADABLE')],
  [
    ['push_docker_tar', GONE, REGISTRY, 'a', 'v1'],
    fails('FileNotFoundError'),
    fails('TarReadError', 'FILE_UNREADABLE'),
  ],
  [['push_docker_tar', TEXT, REGISTRY], fails('RegistryError'), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['push_docker_tar', TEXT, REGISTRY, 'a', 'v1'], fails('ValidationError'), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['push_docker_tar_with_original_tags', DOCKER, REGISTRY], is(PYTHON_DIGEST), is(OUR_DIGEST)],
  [['push_docker_tar_with_original_tags', OLD, REGISTRY], fails('RegistryError'), is(DIGEST)],
  [
    ['push_docker_tar_with_original_tags', NAMELESS, REGISTRY],
    fails('RegistryError'),
    fails('ValidationError', 'NAME_MISSING'),
  ],
  [
    ['push_docker_tar_with_original_tags', TEXT, REGISTRY],
    fails('RegistryError'),
    fails('TarReadError', 'NOT_AN_ARCHIVE'),
  ],
  [
    ['push_docker_tar_with_original_tags', GONE, REGISTRY],
    fails('RegistryError'),
    fails('TarReadError', 'FILE_UNREADABLE'),
  ],
  [
    ['push_docker_tar_with_all_original_tags', DOCKER, REGISTRY],
    // The second repository does not have the blobs.
    fails('RegistryError'),
    is([OUR_DIGEST, OUR_DIGEST, OUR_DIGEST]),
  ],
  [['push_docker_tar_with_all_original_tags', SEVERAL, REGISTRY], is([DIGEST]), is([DIGEST, DIGEST, DIGEST])],
  [
    ['push_docker_tar_with_all_original_tags', NAMELESS, REGISTRY],
    fails('RegistryError'),
    fails('ValidationError', 'NAME_MISSING'),
  ],
  [
    ['push_docker_tar_with_all_original_tags', TEXT, REGISTRY],
    fails('RegistryError'),
    fails('TarReadError', 'NOT_AN_ARCHIVE'),
  ],
  [
    ['push_docker_tar_with_all_original_tags', GONE, REGISTRY],
    fails('RegistryError'),
    fails('TarReadError', 'FILE_UNREADABLE'),
  ],

  same(['list_tags', REGISTRY, 'mine/app'], ['latest', 'v1']),
  [['list_tags', REGISTRY, 'no/such'], ...NOT_FOUND],
  [['list_tags', REGISTRY, ''], ...NO_REFERENCE],
  [['list_tags', PROTECTED, 'mine/app'], ...NO_SIGN_IN],
  [['list_tags', NOWHERE, 'mine/app'], ...NO_ANSWER],
  [['list_repositories', REGISTRY], is(expect.arrayContaining(['mine/app'])), is(expect.arrayContaining(['mine/app']))],
  [['list_repositories', PROTECTED], ...NO_SIGN_IN],
  [['list_repositories', NOWHERE], ...NO_ANSWER],

  [
    ['get_manifest', REGISTRY, 'mine/app', 'v1'],
    // The size of the config is that of the layers.
    is(
      expect.objectContaining({
        digest: PYTHON_DIGEST,
        config: expect.objectContaining({ size: 30_720, digest: CONFIG }),
      }),
    ),
    is(
      expect.objectContaining({
        digest: OUR_DIGEST,
        bytes: expect.any(Uint8Array),
        manifest: expect.objectContaining({ config: expect.objectContaining({ size: 701, digest: CONFIG }) }),
      }),
    ),
  ],
  [
    ['get_manifest', REGISTRY, 'mine/app', PUSHED],
    is(expect.objectContaining({ digest: PYTHON_DIGEST })),
    is(expect.objectContaining({ digest: OUR_DIGEST })),
  ],
  [['get_manifest', REGISTRY, 'mine/app', 'none'], ...NOT_FOUND],
  [['get_manifest', REGISTRY, 'no/such', 'v1'], ...NOT_FOUND],
  [['get_manifest', REGISTRY, 'mine/app', ''], ...NO_REFERENCE],
  [['get_manifest', PROTECTED, 'mine/app', 'v1'], ...NO_SIGN_IN],
  [['get_manifest', NOWHERE, 'mine/app', 'v1'], ...NO_ANSWER],
  [
    ['get_image_info', REGISTRY, 'mine/app', 'v1'],
    is(
      expect.objectContaining({
        repository: 'mine/app',
        tag: 'v1',
        digest: PYTHON_DIGEST,
        architecture: 'amd64',
        os: 'linux',
        created: '2026-01-02T03:04:05Z',
        config: expect.objectContaining({ config: expect.objectContaining({ Labels: { team: 'app' } }) }),
        layer_count: 3,
      }),
    ),
    is(
      expect.objectContaining({
        repository: 'mine/app',
        reference: 'v1',
        digest: OUR_DIGEST,
        architecture: 'amd64',
        os: 'linux',
        created: '2026-01-02T03:04:05Z',
        configuration: expect.objectContaining({ labels: { team: 'app' } }),
        layerCount: 3,
      }),
    ),
  ],
  [['get_image_info', REGISTRY, 'mine/app', 'none'], ...NOT_FOUND],
  [['get_image_info', REGISTRY, 'no/such', 'v1'], ...NOT_FOUND],
  [['get_image_info', REGISTRY, '', 'v1'], ...NO_REFERENCE],
  [['get_image_info', PROTECTED, 'mine/app', 'v1'], ...NO_SIGN_IN],
  [['get_image_info', NOWHERE, 'mine/app', 'v1'], ...NO_ANSWER],

  [['delete_image', REGISTRY, 'mine/app', 'none'], fails('RegistryError'), is(false)],
  [['delete_image', REGISTRY, 'no/such', 'v1'], fails('RegistryError'), is(false)],
  [['delete_image', REGISTRY, 'mine/app', ''], ...NO_REFERENCE],
  [['delete_image', PROTECTED, 'mine/app', 'v1'], ...NO_SIGN_IN],
  [['delete_image', NOWHERE, 'mine/app', 'v1'], ...NO_ANSWER],
  // Python deletes the tag "latest" too, which names the same manifest.
  [['delete_image', REGISTRY, 'mine/app', 'v1'], is(true), fails('ValidationError', 'TAG_SHARED')],
  [['list_tags', REGISTRY, 'mine/app'], is([]), is(['latest', 'v1'])],
  same(['delete_image', REGISTRY, 'once/app', 'v1'], true),
  same(['list_tags', REGISTRY, 'once/app'], []),
  same(['delete_image_by_digest', REGISTRY, 'digest/app', PUSHED], true),
  [['delete_image_by_digest', REGISTRY, 'digest/app', PUSHED], fails('RegistryError'), is(false)],
  [['delete_image_by_digest', REGISTRY, 'mine/app', OTHER], fails('RegistryError'), is(false)],
  [['delete_image_by_digest', REGISTRY, 'mine/app', 'v1'], ...NO_REFERENCE],
  [['delete_image_by_digest', PROTECTED, 'mine/app', OTHER], ...NO_SIGN_IN],
  [['delete_image_by_digest', NOWHERE, 'mine/app', OTHER], ...NO_ANSWER],

  same(['validate_docker_tar', DOCKER], true),
  same(['validate_docker_tar', OLD], true),
  same(['validate_docker_tar', SEVERAL], true),
  same(['validate_docker_tar', NAMELESS], true),
  same(['validate_docker_tar', TEXT], false),
  [['validate_docker_tar', LAYOUT], is(false), is(true)],
  [['validate_docker_tar', GONE], fails('ValidationError'), fails('TarReadError', 'FILE_UNREADABLE')],
  same(['get_tar_manifest', DOCKER], [expect.objectContaining({ RepoTags: NAMES })]),
  same(['get_tar_manifest', OLD], [expect.objectContaining({ RepoTags: NAMES })]),
  same(['get_tar_manifest', NAMELESS], [expect.objectContaining({ RepoTags: null })]),
  same(['get_tar_manifest', SEVERAL], [expect.anything()]),
  [['get_tar_manifest', LAYOUT], fails('ValidationError'), fails('ValidationError', 'NOT_SUPPORTED')],
  [['get_tar_manifest', TEXT], fails('ValidationError'), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['get_tar_manifest', GONE], fails('ValidationError'), fails('TarReadError', 'FILE_UNREADABLE')],
  [
    ['inspect_docker_tar', DOCKER],
    is(
      expect.objectContaining({
        id: CONFIG,
        repo_tags: NAMES,
        repo_digests: [],
        parent: null,
        created: '2026-01-02T03:04:05Z',
        architecture: 'amd64',
        os: 'linux',
        author: '',
        comment: '',
        size: 30_720,
        rootfs_layers: [DIGEST, DIGEST, DIGEST],
      }),
    ),
    is(
      expect.objectContaining({
        id: CONFIG,
        repoTags: NAMES.map((name) => `docker.io/${name}`),
        created: '2026-01-02T03:04:05Z',
        architecture: 'amd64',
        os: 'linux',
        size: 30_720,
        configuration: expect.objectContaining({ diffIds: [DIGEST, DIGEST, DIGEST] }),
      }),
    ),
  ],
  // Python takes the name of the file, with its ".json", for the digest.
  [
    ['inspect_docker_tar', OLD],
    is(expect.objectContaining({ id: expect.stringMatching(/^sha256:[0-9a-f]{64}\.json$/) })),
    is(expect.objectContaining({ id: DIGEST })),
  ],
  [['inspect_docker_tar', LAYOUT], fails('ValidationError'), fails('ValidationError', 'IMAGE_NOT_CHOSEN')],
  [['inspect_docker_tar', NAMELESS], fails(PYDANTIC), is(expect.objectContaining({ repoTags: [] }))],
  [['inspect_docker_tar', SEVERAL], is(expect.anything()), fails('ValidationError', 'IMAGE_NOT_CHOSEN')],
  [['inspect_docker_tar', TEXT], fails('ValidationError'), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['inspect_docker_tar', GONE], fails('ValidationError'), fails('TarReadError', 'FILE_UNREADABLE')],
  [['extract_original_tags', DOCKER], is(NAMES), is(NAMES.map((name) => `docker.io/${name}`))],
  same(['extract_original_tags', OLD], NAMES),
  same(['extract_original_tags', NAMELESS], []),
  [
    ['extract_original_tags', SEVERAL],
    is([expect.any(String)]),
    is([expect.any(String), expect.any(String), expect.any(String)]),
  ],
  [['extract_original_tags', LAYOUT], is([]), is(expect.arrayContaining([expect.any(String)]))],
  [['extract_original_tags', TEXT], is([]), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['extract_original_tags', GONE], fails('FileNotFoundError'), fails('TarReadError', 'FILE_UNREADABLE')],
  [['get_primary_tag', DOCKER], is(['team/app', 'v1']), is({ repository: 'team/app', tag: 'v1' })],
  [['get_primary_tag', OLD], is(['team/app', 'v1']), is({ repository: 'team/app', tag: 'v1' })],
  [
    ['get_primary_tag', SEVERAL],
    is([expect.any(String), expect.any(String)]),
    fails('ValidationError', 'IMAGE_NOT_CHOSEN'),
  ],
  [['get_primary_tag', LAYOUT], is(null), is(expect.objectContaining({ repository: expect.any(String) }))],
  [['get_primary_tag', NAMELESS], is(null), is(undefined)],
  [['get_primary_tag', TEXT], is(null), fails('TarReadError', 'NOT_AN_ARCHIVE')],
  [['get_primary_tag', GONE], fails('FileNotFoundError'), fails('TarReadError', 'FILE_UNREADABLE')],

  [['parse_repository_tag', 'nginx:alpine'], is(['nginx', 'alpine']), is({ repository: 'nginx', tag: 'alpine' })],
  [['parse_repository_tag', 'nginx'], is(['nginx', 'latest']), is({ repository: 'nginx', tag: 'latest' })],
  [['parse_repository_tag', 'team/app:v1'], is(['team/app', 'v1']), is({ repository: 'team/app', tag: 'v1' })],
  [['parse_repository_tag', 'nginx:'], is(['nginx', 'latest']), fails('ValidationError', 'REFERENCE_INVALID')],
  [['parse_repository_tag', ''], is(['', 'latest']), fails('ValidationError', 'REFERENCE_INVALID')],
  [['parse_repository_tag', 'a:b:c'], is(['a:b', 'c']), fails('ValidationError', 'REFERENCE_INVALID')],
  [
    ['parse_repository_tag', 'localhost:5000/app:v1'],
    is(['localhost:5000/app', 'v1']),
    is({ registry: 'localhost:5000', repository: 'app', tag: 'v1' }),
  ],
  [
    ['parse_repository_tag', 'localhost:5000/app'],
    is(['localhost', '5000/app']),
    is({ registry: 'localhost:5000', repository: 'app', tag: 'latest' }),
  ],
  [
    ['parse_repository_tag', 'UPPER/app:1'],
    is(['UPPER/app', '1']),
    is({ registry: 'UPPER', repository: 'app', tag: '1' }),
  ],
  [
    ['parse_repository_tag', `team/app@${OTHER}`],
    is(['team/app@sha256', '0'.repeat(64)]),
    fails('ValidationError', 'REFERENCE_INVALID'),
  ],
]

const python = bringPythonLibrary()
const title = ([name, ...args]: Call) =>
  `${name}(${args.map((arg) => arg?.replace(/^.*\/([^/]+\.tar)$/, '$1') ?? 'None').join(', ')})`

describe.skipIf(python.absence !== undefined)(
  `the Python library${python.absence ? `, as ${python.absence}` : ''}`,
  () => {
    const registries: Distribution[] = []
    let answers: readonly PythonAnswer[]
    const outcomes: unknown[] = []

    beforeAll(async () => {
      writeFileSync(TEXT, 'no tar\n'.repeat(200))
      writeFileSync(NAMELESS, await createTestArchive({ images: [{ names: [] }] }))
      const auth = { htpasswd: HTPASSWD_USER }
      const all = await Promise.all([startDistribution(), startDistribution(), startDistribution({ auth })])
      registries.push(...all)
      const [theirs, ours, locked] = all
      const at = (url: string, pushed: string, args: readonly Argument[]) => {
        const places = new Map<Argument, string>([
          [REGISTRY, url],
          [PROTECTED, locked.url],
          [PUSHED, pushed],
        ])
        return args.map((arg) => places.get(arg) ?? arg)
      }
      answers = python.call(CALLS.map(([[name, ...args]]) => [name, at(theirs.url, PYTHON_DIGEST, args)]))
      for (const [[name, ...args]] of CALLS) outcomes.push(await outcomeHere(name, at(ours.url, OUR_DIGEST, args)))
    }, 120_000)
    afterAll(async () => {
      await Promise.all(registries.map((registry) => registry.stop()))
      rmSync(folder, { recursive: true })
    })

    it.each(CALLS.map(([call, ...expected], index) => ({ title: title(call), expected, index })))(
      '$title',
      ({ expected: [there, here], index }) => {
        expect(answers[index]).toEqual(
          'is' in there ? { value: there.is } : { error: there.fails[0], message: expect.any(String) },
        )
        expect(outcomes[index]).toEqual('is' in here ? { value: here.is } : { error: here.fails })
      },
    )

    it('Python does not read an image that keeps the media types of OCI', async () => {
      const url = registries[1]?.url ?? ''
      await library.pushDockerTar(DOCKER, url, 'team/oci', 'v1')
      expect(await library.getManifest(url, 'team/oci', 'v1')).toMatchObject({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
      })
      const image = [url, 'team/oci', 'v1']
      const failure = { error: 'RegistryError', message: 'HTTP error 404: Not Found' }
      expect(
        python.call([
          ['get_manifest', image],
          ['get_image_info', image],
          ['delete_image', image],
        ]),
      ).toEqual([failure, failure, failure])
    })

    it('a file that does not exist is told by the code of the cause', async () => {
      const error = await library.extractOriginalTags(GONE).catch((error) => error)
      expect(error.cause).toMatchObject({ code: 'ENOENT' })
    })

    it.each(['docs/from-python.md', 'docs/ko/from-python.md'])('%s has the number of calls', (document) => {
      const numbers = [...readFileSync(document, 'utf8').matchAll(/ (\d+)(?: calls|개)/g)].map(([, number]) =>
        Number(number),
      )
      expect(numbers).toEqual([CALLS.length, CALLS.length])
    })
  },
)

/** Calls the function of the same name here: `push_docker_tar` is `pushDockerTar`, and None is undefined. */
async function outcomeHere(name: string, args: readonly Argument[]): Promise<unknown> {
  const camelCase = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const functions = new Map<string, unknown>(Object.entries(library))
  const act = functions.get(camelCase) as (...args: readonly unknown[]) => unknown
  try {
    return { value: await act(...args.map((arg) => arg ?? undefined)) }
  } catch (error) {
    return { error: [(error as Error).constructor.name, (error as library.RegistryError).code] }
  }
}

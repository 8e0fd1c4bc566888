import { afterAll, describe, expect, it } from 'vitest'
import { createUserProject, runTsc, type UserProject } from '../support/declarations.ts'

// A user's project with the strictest settings compiles against the declaration files that are published.

const STRICT = {
  target: 'es2022',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
}

/** Every function that talks to a registry, with options that may be undefined. */
const program = (entry: string, archive: string) => `
import {
  checkRegistryConnectivity,
  createPushController,
  deleteImage,
  deleteImageByDigest,
  executePush,
  getImageInfo,
  getManifest,
  listRepositories,
  listTags,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  type PushArchiveOptions,
  type RequestOptions,
} from '${entry}'

export async function use(signal: AbortSignal | undefined, text: string | undefined, count: number | undefined) {
  const options: RequestOptions = { signal }
  const credentials = text === undefined ? undefined : { username: text, password: text }
  const registry = openRegistry('https://registry.test', { credentials, retry: count, timeout: count })
  await checkRegistryConnectivity(registry, options)
  const names = await listRepositories(registry, { signal })
  const tags = await listTags(registry, names[0] ?? 'a', { signal })
  const { digest } = await getManifest(registry, 'a', tags[0] ?? 'v1', { signal })
  await getImageInfo(registry, 'a', digest, { signal, platform: text })
  await deleteImage(registry, 'a', 'v1', { signal, deleteSharedManifest: count === undefined ? undefined : true })
  await deleteImageByDigest(registry, 'a', digest, { signal })
  const controller = createPushController({ concurrency: count })
  const pushing: PushArchiveOptions = { signal, chunkSize: count, controller, runtime: { hashWorkers: undefined }, sessions: undefined }
  await pushDockerTar(${archive}, registry, text, text, pushing)
  const archive = await openArchive(${archive}, { signal, onWarning: undefined })
  const plan = await planPush(archive.images, registry, { repository: text, signal, images: undefined })
  await executePush(plan, archive.images, registry, { signal })
  await registry.send({ act: 'ask', method: 'GET', url: 'v2/', signal, headers: undefined, timeout: count })
  return archive.close()
}
`

const WORKER = `
import { pushDockerTar } from 'registry-api-v2-client'
export const push = (file: File) =>
  pushDockerTar(file, 'https://registry.test', 'a', 'v1', {
    runtime: { hashWorkers: () => new Worker(new URL('./hash.js', import.meta.url), { type: 'module' }) },
  })
`

const TESTING = `
import { createTestArchive, createTestRegistry } from 'registry-api-v2-client/testing'
export const { fetch } = createTestRegistry()
export const archive = createTestArchive({})
`

interface Case {
  readonly where: string
  readonly options: object
  readonly files: Readonly<Record<string, string>>
}

const CASES: readonly Case[] = [
  {
    where: 'a page',
    options: { lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
    files: { 'use.ts': program('registry-api-v2-client', 'new Blob([])'), 'worker.ts': WORKER, 'testing.ts': TESTING },
  },
  {
    where: 'Node without the lib dom',
    options: { lib: ['es2022'], types: ['node'] },
    files: {
      'portable.ts': program('registry-api-v2-client', 'new Blob([])'),
      'use.ts': program('registry-api-v2-client/node', "'image.tar'"),
      'testing.ts': TESTING,
      'serve.ts': "export { serveTestRegistry } from 'registry-api-v2-client/testing/node'",
    },
  },
]

let project: UserProject | undefined
afterAll(() => project?.remove())

describe("a user's strict project", () => {
  it.each(CASES)('compiles in $where', ({ options, files }) => {
    project = createUserProject('strict-project', { ...STRICT, ...options }, files)
    const { folder } = project
    expect(() => runTsc('-p', folder)).not.toThrow()
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  checkRegistryConnectivity,
  deleteImage,
  deleteImageByDigest,
  executePush,
  getImageInfo,
  getManifest,
  listRepositories,
  listTags,
  memorySessions,
  openArchive,
  openRegistry,
  planPush,
  pushDockerTar,
  type Registry,
  RegistryError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { ALLOWED, CREDENTIALS, createWorld, HEADERS, type Script, SECRETS, scripts } from '../support/secret-world.ts'
import { hasSecret, shownOf } from '../support/secrets.ts'

// Every act against servers that answer at random. No server gets what is for another one, and nothing that is shown has a secret.

const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(3000) }] }] })
const { images } = await openArchive(archive)
const DIGEST = `sha256:${'a'.repeat(64)}`

/** Told to the callbacks of a push. */
type Tell = (event: unknown) => void
const options = (tell: Tell) => ({
  ...{ chunkSize: 2000, concurrency: 1, uploadRetry: 1, retryDelay: 0 },
  onProgress: tell,
  onEvent: tell,
})
const ACTS: Readonly<Record<string, (registry: Registry, tell: Tell) => Promise<unknown>>> = {
  push: (registry, tell) => pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)),
  mount: (registry, tell) =>
    pushDockerTar(archive, registry, 'team/app', 'v1', { ...options(tell), mountFrom: ['team/base'], verify: true }),
  async plan(registry, tell) {
    const plan = await planPush(images, registry, { repository: 'team/app', tags: ['v1'] })
    tell(plan)
    await executePush(plan, images, registry, options(tell))
  },
  async resume(registry, tell) {
    const kept = { ...options(tell), sessions: memorySessions() }
    const push = () => pushDockerTar(archive, registry, 'team/app', 'v1', kept)
    await push().catch(tell)
    await push()
  },
  manifest: (registry) => getManifest(registry, 'team/app', 'v1'),
  info: async (registry, tell) => {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    await getImageInfo(registry, 'team/app', 'v1')
  },
  tags: (registry) => listTags(registry, 'team/app'),
  repositories: (registry) => listRepositories(registry),
  delete: (registry) => deleteImage(registry, 'team/app', 'v1', { deleteSharedManifest: true }),
  deleteByDigest: (registry) => deleteImageByDigest(registry, 'team/app', DIGEST),
  check: (registry) => checkRegistryConnectivity(registry),
}

const totals = { runs: 0, requests: 0, strangers: 0, errors: 0 }
const printed: unknown[] = []

beforeAll(() => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...texts) => void printed.push(texts))
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void printed.push(warning))
})
afterAll(() => {
  vi.restoreAllMocks()
  const { runs, requests, strangers, errors } = totals
  process.stdout.write(`${runs} runs, ${requests} requests, ${strangers} of them to strangers; ${errors} errors\n`)
})

describe('every act against servers that answer at random', () => {
  it('gives no secret to a stranger, and shows none', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      scripts,
      fc.constantFrom(...Object.keys(ACTS)),
      fc.constantFrom<keyof typeof CREDENTIALS>('password', 'password', 'password', 'identity', 'ready', 'none'),
      fc.constantFrom<keyof typeof HEADERS>('secret', 'basic', 'none'),
      fc.boolean(),
      actOnce,
    )
    await fc.assert(run, { ...shareOfRuns(0.4), timeout: CASE_TIMEOUT })
    expect(totals.strangers).toBeGreaterThan(totals.runs / 4)
    expect(totals.errors).toBeGreaterThan(totals.runs / 4)
    expect(printed).toEqual([])
  })
})

async function actOnce(
  script: Script,
  act: string,
  credentials: keyof typeof CREDENTIALS,
  headers: keyof typeof HEADERS,
  isAsked: boolean,
): Promise<void> {
  const world = createWorld(script)
  const given = CREDENTIALS[credentials]
  const registry = openRegistry(script.place.registry, {
    fetch: world.fetch,
    credentials: isAsked ? () => given : given,
    headers: HEADERS[headers],
    allowedRealms: ALLOWED,
    retry: 1,
    retryDelay: 0,
  })
  const shown: unknown[] = []
  try {
    await (ACTS[act] as (typeof ACTS)[string])(registry, (event) => shown.push(event))
  } catch (error) {
    expect(error, (error as Error).stack).toBeInstanceOf(RegistryError)
    shown.push(error)
    totals.errors++
  }
  totals.runs++
  totals.requests += world.requests
  totals.strangers += world.strangers
  expect(world.leaks).toEqual([])
  shown.push(registry)
  for (const value of shown) {
    const text = shownOf(value)
    const found = Object.values(SECRETS).filter((secret) => hasSecret(text, secret))
    expect(
      found.map(({ name }) => name),
      text,
    ).toEqual([])
  }
}

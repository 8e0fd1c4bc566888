import { expect } from 'vitest'
import {
  checkRegistryConnectivity,
  copyImage,
  copyRepository,
  deleteImage,
  deleteImageByDigest,
  deleteTags,
  executePush,
  getConfig,
  getImageInfo,
  getManifest,
  listRepositories,
  listTagDetails,
  listTags,
  memorySessions,
  openArchive,
  planPush,
  pullDockerTar,
  pushDockerTar,
  pushStream,
  type Registry,
  RegistryError,
  readBlob,
  retagImage,
  undoDelete,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { hasSecret, type Secret, shownOf } from './secrets.ts'

const archive = await createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(3000) }] }] })
const { images } = await openArchive(archive)
const DIGEST = `sha256:${'a'.repeat(64)}`

/** Gets what the callbacks of a push get. */
type Tell = (event: unknown) => void
type Act = (registry: Registry, tell: Tell) => Promise<unknown>

const options = (tell: Tell) => ({
  ...{ chunkSize: 2000, concurrency: 1, lookups: 1, uploadRetry: 1, uploadRetryDelay: 0 },
  onProgress: tell,
  onEvent: tell,
})

/** Everything that the package can do with a registry. */
export const ACTS: Readonly<Record<string, Act>> = {
  push: (registry, tell) => pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)),
  mount: (registry, tell) =>
    pushDockerTar(archive, registry, 'team/app', 'v1', { ...options(tell), mountFrom: ['team/base'], verify: true }),
  relay: (registry, tell) => pushStream(new Response(archive), registry, 'team/app', 'v1', options(tell)),
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
  async config(registry, tell) {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    await getConfig(registry, 'team/app', 'v1')
  },
  async tagDetails(registry, tell) {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    for await (const row of listTagDetails(registry, 'team/app', { onWarning: tell })) tell(row)
  },
  async blob(registry, tell) {
    const digest = images[0]?.layers[0]?.digest ?? DIGEST
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    const { stream, ...blob } = await readBlob(registry, 'team/app', digest, { onProgress: tell })
    tell(blob)
    await new Response(stream).arrayBuffer()
  },
  async pull(registry, tell) {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    await using pulled = await pullDockerTar(registry, 'team/app', 'v1', { referrers: true, onProgress: tell })
    await new Response(pulled.stream()).arrayBuffer()
  },
  async copy(registry, tell) {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    const from = { registry, repository: 'team/app', reference: 'v1' }
    await copyImage(from, { registry, repository: 'team/copy' }, { ...options(tell), referrers: true })
  },
  async copyRepository(registry, tell) {
    await pushDockerTar(archive, registry, 'team/app', 'v1', options(tell)).catch(tell)
    const to = { registry, repository: 'team/copy' }
    await copyRepository({ registry, repository: 'team/app' }, to, options(tell))
  },
  retag: (registry) => retagImage(registry, 'team/app', 'v1', ['v2']),
  tags: (registry) => listTags(registry, 'team/app'),
  repositories: (registry) => listRepositories(registry),
  delete: (registry) => deleteImage(registry, 'team/app', 'v1', { deleteSharedManifest: true }),
  async deleteTags(registry, tell) {
    const { undo } = await deleteTags(registry, 'team/app', 'v1', { all: true, onProgress: tell, onWarning: tell })
    tell(await undoDelete(undo, registry))
  },
  deleteByDigest: (registry) => deleteImageByDigest(registry, 'team/app', DIGEST),
  check: (registry) => checkRegistryConnectivity(registry),
}

/** Does one of the acts. Returns all that it shows, with the error that it ends in, which has to be one of ours. */
export async function actOnce(
  act: string,
  registry: Registry,
): Promise<{ shown: readonly unknown[]; failed: boolean }> {
  const shown: unknown[] = [registry]
  const error = await (ACTS[act] as Act)(registry, (event) => shown.push(event)).then(
    () => undefined,
    (reason) => reason,
  )
  if (error === undefined) return { shown, failed: false }
  expect(error, (error as Error).stack).toBeInstanceOf(RegistryError)
  return { shown: [...shown, error], failed: true }
}

/** Expects that nothing that a program may print of these values has one of the secrets. */
export function expectNoSecret(values: readonly unknown[], secrets: readonly Secret[]): void {
  for (const value of values) {
    const text = shownOf(value)
    const found = secrets.filter((secret) => hasSecret(text, secret))
    expect(
      found.map(({ name }) => name),
      text,
    ).toEqual([])
  }
}

import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest'
import { DigestMismatchError, getManifest, listTags, memorySessions, pushDockerTar } from '../../src/index.ts'
import { chooseArchive } from '../support/chosen-archive.ts'
import { rejection } from '../support/errors.ts'

const MIB = 2 ** 20
const WHEN_NEEDED = { hashing: 'when-needed', chunkSize: 5 * MIB } as const

let count = 0
const newRepository = () => `hashing/page-${Date.now().toString(36)}-${count++}`

let started = 0
const RealWorker = globalThis.Worker
beforeEach(() => {
  started = 0
  vi.stubGlobal(
    'Worker',
    class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        started++
      }
    },
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it("pushDockerTar() starts no Worker and reads no layer when hashing is 'when-needed'", async () => {
  const { file, diffIds } = await chooseArchive(2, 12)
  const read = vi.spyOn(Blob.prototype, 'arrayBuffer')
  const [url, repository] = [inject('registryUrl'), newRepository()]
  await pushDockerTar(file, url, repository, 'v1', WHEN_NEEDED)
  const bytes = read.mock.contexts.reduce<number>((sum, blob) => sum + (blob as Blob).size, 0)
  read.mockRestore()
  expect(started).toBe(0)
  expect(bytes).toBeLessThan(MIB)
  const { manifest } = await getManifest(url, repository, 'v1')
  expect('layers' in manifest && manifest.layers.map(({ digest }) => digest)).toEqual(diffIds)
  await pushDockerTar(file, url, repository, 'v1', { ...WHEN_NEEDED, hashing: 'always', existing: 'upload' })
  expect(started).toBeGreaterThan(0)
})

it("pushDockerTar() hashes a File whose bytes the registry refuses when hashing is 'when-needed'", async () => {
  const { file } = await chooseArchive(1, 12)
  const bytes = new Uint8Array(await file.arrayBuffer())
  bytes[6 * MIB] = ~(bytes[6 * MIB] as number)
  const [url, repository] = [inject('registryUrl'), newRepository()]
  await pushDockerTar(file, url, repository, 'whole')
  const damaged = new File([bytes], 'damaged.tar')
  const options = { ...WHEN_NEEDED, existing: 'upload' } as const
  await rejection(pushDockerTar(damaged, url, repository, 'v1', options), DigestMismatchError)
  expect(await listTags(url, repository)).toEqual(['whole'])
})

it("pushDockerTar() goes on with an earlier push when hashing is 'when-needed'", async () => {
  const { file } = await chooseArchive(1, 22)
  const sessions = memorySessions()
  const aborting = new AbortController()
  const [url, repository] = [inject('registryUrl'), newRepository()]
  const begun = pushDockerTar(file, url, repository, 'v1', {
    ...WHEN_NEEDED,
    sessions,
    signal: aborting.signal,
    onProgress: ({ sentBytes }) => sentBytes >= 10 * MIB && aborting.abort(new Error('enough')),
  })
  await rejection(begun, Error, /enough/)
  const resumed = vi.fn()
  await pushDockerTar(file, url, repository, 'v1', { ...WHEN_NEEDED, sessions, onEvent: resumed })
  expect(resumed.mock.calls.map(([{ kind }]) => kind)).toEqual(['resume'])
  expect(started).toBe(0)
})

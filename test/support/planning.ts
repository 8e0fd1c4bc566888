import { openArchive, openRegistry, type PushPlan } from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { recordingFetch } from './recording-fetch.ts'

const base = { 'etc/base': 'shared' }

/** Two images that share a layer: one with two names, in `a`, and one in `b`. */
export const bytes = createTestArchive({
  images: [
    { names: ['localhost:5000/a:v1', 'a:latest'], layers: [base, { a: 'a' }] },
    { names: ['b:v1'], layers: [base] },
  ],
})

export const opened = async () => openArchive(await bytes)

/** An embedded registry, with a recorder of the requests to it. */
export function target(options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const recorder = recordingFetch(registry.fetch)
  const handle = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0 })
  return { registry, recorder, handle }
}

/** A plan after a trip through JSON. */
export const kept = (plan: PushPlan): PushPlan => JSON.parse(JSON.stringify(plan))

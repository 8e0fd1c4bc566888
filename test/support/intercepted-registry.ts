import { openRegistry } from '../../src/index.ts'
import { createTestRegistry, type TestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { recordingFetch } from './recording-fetch.ts'

export const URL_TEXT = 'https://registry.test'
export type Answer = (request: Request, go: () => Promise<Response>) => Promise<Response> | Response

/** The embedded registry behind a function that may answer instead. */
export function behind(answer: Answer, options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const recorder = recordingFetch(async (request) => answer(request, () => registry.fetch(request)))
  return { registry, recorder, handle: openRegistry(URL_TEXT, { fetch: recorder.fetch, retry: 0 }) }
}

/** This many layers with different contents. */
export const layers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ [`file-${index}`]: `content ${index}` }))

/** The requests that put a manifest. */
export const putManifests = ({ requests }: TestRegistry) =>
  requests.filter(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))

/** Lets the registry answer every request. */
export const through: Answer = (_, go) => go()

import type { TestRegistry } from 'registry-api-v2-client/testing'
import { TRIAL_LIMIT } from './trial-address.ts'

/** The code of its refusal when it is full. */
export const TRIAL_FULL = 'TRIAL_FULL'

/**
 * Makes a registry in the memory of this thread. Pass what it returns to `openRegistry` as `fetch`. The registry's code
 * is loaded with the first request, and its content is gone with the tab.
 *
 * @param limit The number of bytes that it receives at most.
 */
export function createTrialRegistry(limit = TRIAL_LIMIT): (request: Request) => Promise<Response> {
  let loading: Promise<TestRegistry> | undefined
  function load(): Promise<TestRegistry> {
    loading ??= import('registry-api-v2-client/testing').then(
      // A list of requests would grow as long as the tab is open.
      ({ createTestRegistry }) => createTestRegistry({ keptRequests: 0 }),
      (error) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  return async (request) => {
    const registry = await load()
    const isUpload = ['POST', 'PATCH', 'PUT'].includes(request.method) && request.url.includes('/blobs/uploads/')
    return isUpload && registry.bodyBytes >= limit ? refuse(limit) : registry.fetch(request)
  }
}

/** A refusal that says what to do. It is no 413, after which clients send smaller pieces, and no 5xx, after which they try again. */
function refuse(limit: number): Response {
  const message = `the trial registry takes at most ${limit / 1_000_000} MB: reload the page to empty it, or use a registry of your own`
  return Response.json({ errors: [{ code: TRIAL_FULL, message }] }, { status: 403 })
}

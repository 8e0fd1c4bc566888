import type { TestRegistry } from 'registry-api-v2-client/testing'
import { TRIAL_LIMIT } from './trial-address.ts'

/** The code of its refusal when it is full. */
export const TRIAL_FULL = 'TRIAL_FULL'

/** A registry in the memory of this thread. Its content is lost when the tab closes. */
interface TrialRegistry {
  /** Answers a request. Pass it to `openRegistry` as `fetch`. The first request loads the code of the registry. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Sets who hears that the registry refuses bytes because it is full. */
  onFull(listener: () => void): void
}

/**
 * Makes a trial registry.
 *
 * @param limit The number of bytes that it receives at most.
 */
export function createTrialRegistry(limit = TRIAL_LIMIT): TrialRegistry {
  let onFull = () => {}
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
  return {
    async fetch(request) {
      const registry = await load()
      const isUpload = ['POST', 'PATCH', 'PUT'].includes(request.method) && request.url.includes('/blobs/uploads/')
      if (!isUpload || registry.bodyBytes < limit) return registry.fetch(request)
      onFull()
      return refuse(limit)
    },
    onFull(listener) {
      onFull = listener
    },
  }
}

/**
 * A refusal that says what to do. After a 413 clients send smaller pieces, and after a 5xx they try again: neither
 * helps here.
 */
function refuse(limit: number): Response {
  const message = `the trial registry takes at most ${limit / 1_000_000} MB: reload the page to empty it, or use a registry of your own`
  return Response.json({ errors: [{ code: TRIAL_FULL, message }] }, { status: 403 })
}

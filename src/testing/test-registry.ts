import type { RefusalRule } from './answers.ts'
import { allowPages, preflight } from './cors.ts'
import { answerWith, type RangeMemory } from './fault-effects.ts'
import { createFaultList, type Fault } from './faults.ts'
import { PROFILES, type RegistryProfile } from './profiles.ts'
import { receive } from './received.ts'
import { carryOut } from './route.ts'
import { type ManifestRules, minChunkBySpec, NO_TAG_DELETE, type Rules, SPEC, scaledRules } from './rules.ts'
import { createSignIn, type TestCredentials } from './sign-in.ts'
import { createStorage } from './storage.ts'

/** How the registry behaves, where registries differ. What is given here goes before what the profile has. */
export interface TestRegistryOptions {
  /** The registry whose ways it takes on (docs/registries.md). @default none: the spec, to the letter */
  readonly profile?: RegistryProfile
  /**
   * What the profile's sizes of chunks are divided by, so that tests need no large blobs: with 1024, 5 MiB are 5 KiB.
   * @default 1
   */
  readonly scale?: number
  /** The one user, for whom its own token server gives bearer tokens. @default anybody may do anything */
  readonly credentials?: TestCredentials
  /** What goes wrong. @default nothing */
  readonly faults?: readonly Fault[]
  /** Entries in one page of a list. @default 100 */
  readonly pageSize?: number
  /** Whether a single tag can be deleted, as in distribution 3, or only a manifest, as in distribution 2. @default the profile's way, else true */
  readonly deletesTags?: boolean
  /** Bytes that every chunk but the last has to have; told to clients as `OCI-Chunk-Min-Length`. @default the profile's, else 0 */
  readonly minChunkLength?: number
}

/** One request that the registry got. */
export interface TestRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Headers
  /** 0 if there was no answer, by a fault. */
  readonly status: number
}

/** A registry in memory. */
export interface TestRegistry {
  /**
   * Answers a request: give it to `openRegistry` as `fetch`, to msw as a handler, to `Deno.serve` or `Bun.serve`.
   * Rejects as `fetch` does where a fault leaves no answer.
   */
  readonly fetch: (request: Request) => Promise<Response>
  /** What was asked so far, oldest first. Empty it with `requests.length = 0`. */
  readonly requests: TestRequest[]
  /** How many uploads are open. */
  readonly openUploads: number
  /** How many bytes came as bodies of requests that upload blobs, also of those that were refused. */
  readonly bodyBytes: number
  /** How many faults have not hit yet as often as they should. */
  readonly faultsLeft: number
}

/**
 * Makes a registry in memory, strict to the OCI Distribution Spec (order of chunks, digests, sizes, missing blobs, pages),
 * or with the ways of a real one, and with the faults that it is given.
 * It is for tests, trials and demos: it forgets everything, and asks nobody to sign in unless it is given `credentials`.
 *
 * @throws {TypeError} if there is no such profile, or no such kind of fault
 * @throws {RangeError} unless the scale and the page size are numbers above 0, and those of the faults such as they can have
 */
export function createTestRegistry(options: TestRegistryOptions = {}): TestRegistry {
  const storage = createStorage()
  const rules = rulesFor(options)
  const signIn = options.credentials && createSignIn(options.credentials, rules.signIn)
  const faults = createFaultList(options.faults ?? [])
  const requests: TestRequest[] = []
  const ranges: RangeMemory = new Map()
  let bodyBytes = 0

  return {
    async fetch(request) {
      const { method, headers } = request
      const { pathname, search } = new URL(request.url)
      const url = pathname + search
      const note = (status: number) => requests.push({ method, url, headers, status })
      if (method === 'OPTIONS') {
        note(204)
        return allowPages(preflight())
      }
      const fault = faults.take(method, url)
      try {
        const received = await receive(request, fault?.kind === 'cut' ? fault.afterBytes : undefined)
        if (pathname.includes('/blobs/uploads/')) bodyBytes += received.body.length
        const response = await answerWith(fault, request, () => carryOut({ storage, rules, signIn }, received), ranges)
        note(response.status)
        return allowPages(response)
      } catch (error) {
        note(0)
        throw error
      }
    },
    requests,
    get openUploads() {
      return storage.uploads.size
    },
    get bodyBytes() {
      return bodyBytes
    },
    get faultsLeft() {
      return faults.left
    },
  }
}

function rulesFor(options: TestRegistryOptions): Rules {
  const { profile, scale = 1, pageSize, deletesTags, minChunkLength } = options
  if (!(scale > 0)) throw new RangeError(`Cannot make a test registry: the scale ${scale} is not above 0`)
  if (pageSize !== undefined && !(pageSize > 0)) {
    throw new RangeError(`Cannot make a test registry: the page size ${pageSize} is not above 0`)
  }
  const own = profile === undefined ? SPEC : PROFILES[profile]
  if (!own) {
    throw new TypeError(
      `Cannot make a test registry: there is no profile "${profile}", only ${Object.keys(PROFILES).join(', ')}`,
    )
  }
  const { uploads, manifests, lists, ...others } = scaledRules(own, scale)
  return {
    ...others,
    uploads: minChunkLength === undefined ? uploads : { ...uploads, minChunk: minChunkBySpec(minChunkLength) },
    manifests:
      deletesTags === undefined ? manifests : { ...manifests, tagDelete: tagDeleteFor(deletesTags, manifests) },
    lists: { ...lists, ...(pageSize !== undefined && { pageSize }) },
  }
}

function tagDeleteFor(deletesTags: boolean, { tagDelete = NO_TAG_DELETE }: ManifestRules): RefusalRule | undefined {
  return deletesTags ? undefined : tagDelete
}

import { RegistryError } from '../errors.ts'
import { createSender } from './answer-bodies.ts'
import { Refusal, type RefusalRule } from './answers.ts'
import { effectOf } from './body-effects.ts'
import { allowPages, preflight } from './cors.ts'
import { answerWith, type RangeMemory } from './fault-effects.ts'
import { createFaultList } from './fault-list.ts'
import type { Fault } from './faults.ts'
import { createMemoryStorage } from './memory-storage.ts'
import { createObjectStorage, type ObjectStorageOptions } from './object-storage.ts'
import { PROFILES, type RegistryProfile } from './profiles.ts'
import { type Received, receive, withRange } from './received.ts'
import { carryOut } from './route.ts'
import { type ManifestRules, minChunkBySpec, NO_TAG_DELETE, type Rules, SPEC, scaledRules } from './rules.ts'
import { createSignIn, type TestCredentials } from './sign-in.ts'
import type { Storage } from './storage.ts'

/** Options of `createTestRegistry`. They override the profile's rules. */
export interface TestRegistryOptions {
  /** The real registry to imitate (docs/registries.md). @default none: follows the spec strictly */
  readonly profile?: RegistryProfile | undefined
  /**
   * Divides the profile's chunk sizes, so that tests need no large blobs: with 1024, 5 MiB become 5 KiB.
   *
   * @default 1
   */
  readonly scale?: number | undefined
  /** The only user. The registry's own token server issues bearer tokens to this user. @default no sign-in */
  readonly credentials?: TestCredentials | undefined
  /** The failures to simulate. @default no failures */
  readonly faults?: readonly Fault[] | undefined
  /** The maximum number of entries per page of a list. @default 100 */
  readonly pageSize?: number | undefined
  /**
   * True if a single tag can be deleted, as in distribution 3. False if only manifests can, as in distribution 2.
   *
   * @default the profile's rule, otherwise true
   */
  readonly deletesTags?: boolean | undefined
  /**
   * The minimum size in bytes of every chunk but the last. Clients receive it as `OCI-Chunk-Min-Length`.
   *
   * @default the profile's, otherwise 0
   */
  readonly minChunkLength?: number | undefined
  /**
   * Redirects requests for blobs to signed URLs of object storage, as registries in a cloud do. `fetch` answers them
   * too. An expired URL is refused with 403, and a request with `Authorization` with 400, as by S3.
   *
   * @default the registry itself answers with the blobs
   */
  readonly objectStorage?: ObjectStorageOptions | undefined
  /** True if the registry refuses every change with 405. @default false */
  readonly readOnly?: boolean | undefined
  /** The maximum number of entries in `requests`. The oldest go first. @default no limit */
  readonly keptRequests?: number | undefined
  /** Called after each request, for a log. It has no secrets: no header and no body. @default not called */
  readonly onRequest?: ((request: AnsweredRequest) => void) | undefined
}

/** A request that the registry received. */
export interface TestRequest {
  readonly method: string
  /** The path and query. */
  readonly url: string
  readonly headers: Headers
  /** The status of the response; 0 if a fault left no response. */
  readonly status: number
}

/** A request whose answer is sent, or cannot be sent. */
export interface AnsweredRequest {
  readonly method: string
  /** The path and query. */
  readonly url: string
  /** The status of the answer; 0 if a fault left no answer. */
  readonly status: number
  /** The number of bytes of the request's body that arrived. */
  readonly receivedBytes: number
  /** The number of bytes of the answer's body that the client has read. */
  readonly sentBytes: number
  /** The time from the start of the request to the end of the answer. */
  readonly milliseconds: number
}

/** A registry for tests, trials and demos. */
export interface TestRegistry {
  /**
   * Answers a request. Pass it to `openRegistry` as `fetch`, to msw as a handler, to `Deno.serve` or `Bun.serve`.
   * Rejects like `fetch` if a fault leaves no response.
   */
  readonly fetch: (request: Request) => Promise<Response>
  /** The requests so far, oldest first. Clear the list with `requests.length = 0`. */
  readonly requests: TestRequest[]
  /** The number of open uploads. */
  readonly openUploads: number
  /** The number of bytes in the bodies of all blob upload requests, including refused ones. */
  readonly bodyBytes: number
  /** The number of bytes in the bodies of answers with blobs, as far as clients have read them. */
  readonly downloadedBytes: number
  /** The number of answers whose body the client has neither read to its end nor cancelled. */
  readonly openBodies: number
  /** The number of faults that have affected fewer requests than `times`. */
  readonly faultsLeft: number
}

/**
 * Creates an in-memory registry for tests, trials and demos. It follows the OCI Distribution Spec strictly, or imitates
 * a real registry. It checks the order of chunks, digests, sizes, missing blobs and pages. It can simulate failures. It
 * stores nothing permanently, and requires no sign-in unless `credentials` are given.
 *
 * @throws {TypeError} if the profile or a kind of fault is unknown
 * @throws {RangeError} if the scale or the page size is not above 0, if a number of a fault is out of range, if a fault
 *   that affects only GET requests has another method, or if the object storage has no usable origin or number
 */
export function createTestRegistry(options: TestRegistryOptions = {}): TestRegistry {
  return createRegistryOn(createMemoryStorage(), options)
}

/** Creates a registry with the content of a storage. Throws what `createTestRegistry` throws. */
export function createRegistryOn(storage: Storage, options: TestRegistryOptions): TestRegistry {
  const { readOnly = false, keptRequests = Number.POSITIVE_INFINITY, onRequest } = options
  const rules = rulesFor(options)
  const signIn = options.credentials && createSignIn(options.credentials, rules.signIn)
  const faults = createFaultList(options.faults ?? [])
  const objects = options.objectStorage && createObjectStorage(options.objectStorage)
  const sender = createSender()
  const requests: TestRequest[] = []
  const ranges: RangeMemory | undefined = options.faults?.some(({ kind }) => kind === 'stale') ? new Map() : undefined
  let bodyBytes = 0

  return {
    async fetch(request) {
      const { method, headers } = request
      const { pathname, search } = new URL(request.url)
      const url = pathname + search
      const start = performance.now()
      let receivedBytes = 0
      const note = (status: number) => {
        requests.push({ method, url, headers, status })
        if (requests.length > keptRequests) requests.shift()
      }
      const report = (status: number, sentBytes: number) => {
        const milliseconds = performance.now() - start
        // Later, so that an error of the caller's does not break the answer.
        if (onRequest) queueMicrotask(() => onRequest({ method, url, status, receivedBytes, sentBytes, milliseconds }))
      }
      if (method === 'OPTIONS') {
        note(204)
        report(204, 0)
        return allowPages(preflight())
      }
      const fault = faults.take({ method, path: url, headers })
      let received: Received | undefined
      try {
        const whole = await receive(request, storage, fault?.kind === 'cut' ? fault.afterBytes : undefined)
        received = whole
        receivedBytes = whole.body.size
        if (pathname.includes('/blobs/uploads/')) bodyBytes += receivedBytes
        const backend = { storage, rules, signIn, objects, readOnly }
        const byRange = (range?: string | null) => carryOut(backend, withRange(whole, range))
        const response = await answerWith(fault, request, byRange, ranges)
        note(response.status)
        return sender.send(allowPages(response), request, effectOf(fault), (bytes) => report(response.status, bytes))
      } catch (error) {
        // The disk: a server that fails says so.
        if (error instanceof RegistryError) {
          note(500)
          report(500, 0)
          return allowPages(new Refusal(500, 'UNKNOWN', error.message).toResponse())
        }
        note(0)
        report(0, 0)
        throw error
      } finally {
        await received?.body.discard()
      }
    },
    requests,
    get openUploads() {
      return storage.uploads.size
    },
    get bodyBytes() {
      return bodyBytes
    },
    get downloadedBytes() {
      return sender.blobBytes
    },
    get openBodies() {
      return sender.open
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
      `Cannot make a test registry: the profile "${profile}" is unknown; the profiles are ${Object.keys(PROFILES).join(', ')}`,
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

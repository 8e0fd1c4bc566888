import fc from 'fast-check'
import type { Fault, ObjectStorageOptions, RegistryProfile } from '../../src/testing/index.ts'

/** All profiles of registries, and a registry that follows the spec. */
export const PROFILES: readonly (RegistryProfile | 'spec')[] = [
  ...(['spec', 'distribution-2', 'distribution-3', 'ecr', 'ghcr', 'gar'] as const),
  ...(['acr', 'harbor', 'quay', 'nexus', 'artifactory', 'hub', 'cloudflare', 'zot'] as const),
]

const times = { nth: fc.integer({ min: 1, max: 9 }), times: fc.integer({ min: 1, max: 3 }) }
/** What a client reads: blobs of the registry, blobs of its storage, manifests. */
const path = fc.constantFrom('/blobs/', '/blobs/', '/v2/', 'X-Amz-', '/manifests/')
const body = { path, ...times }
/** A `Range` is sent only after a failure. */
const range = {
  path: fc.constantFrom('/blobs/', '/v2/', 'X-Amz-'),
  nth: fc.integer({ min: 1, max: 3 }),
  times: times.times,
}
const request = { method: fc.constantFrom('GET', 'GET', 'HEAD'), path, ...times }
const afterBytes = fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 4000 }))
const byBytes = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: -5000, max: -1 }))

/** A failure after which the rest of a blob is all that has to be read again. */
export const passingFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('cut-answer' as const), afterBytes, ...body }) },
  fc.record({ kind: fc.constant('lost' as const), ...request }),
  fc.record({ kind: fc.constant('stalled' as const), afterBytes, ...body }),
  fc.record({ kind: fc.constant('slow' as const), milliseconds: fc.integer({ min: 0, max: 9000 }), ...request }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(408, 429, 500, 502, 503, 504),
    html: fc.boolean(),
    ...request,
  }),
)

/** A registry that heeds no `Range`, or another one: the rest of a blob comes with what was there already. */
export const rangeFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('whole' as const), ...range }),
  fc.record({ kind: fc.constant('other-range' as const), byBytes, stated: fc.constantFrom('sent', 'none'), ...range }),
)

/** Any failure of a registry that is read. */
export const readFault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: passingFault },
  fc.record({ kind: fc.constant('flipped' as const), at: afterBytes, ...body }),
  fc.record({ kind: fc.constant('resized' as const), byBytes, hasLength: fc.boolean(), ...body }),
  fc.record({
    kind: fc.constant('throttled' as const),
    bytesPerSecond: fc.integer({ min: 500, max: 100_000 }),
    ...body,
  }),
  rangeFault,
  fc.record({
    kind: fc.constant('other-range' as const),
    byBytes,
    stated: fc.constant('requested' as const),
    ...body,
  }),
  fc.record({ kind: fc.constant('changed' as const), ...times }),
  fc.record({ kind: fc.constant('silent' as const), ...request }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(200, 204, 206, 301, 401, 403, 404, 410, 416, 451, 501, 507),
    isCarriedOut: fc.boolean(),
    ...request,
  }),
)

/** What a client does that uploads. */
const upload = {
  method: fc.constantFrom('HEAD', 'GET', 'POST', 'PATCH', 'PATCH', 'PATCH', 'PUT', 'PUT'),
  nth: fc.integer({ min: 1, max: 9 }),
  times: fc.integer({ min: 1, max: 3 }),
}
/** Any failure of a registry that is written to. */
export const uploadFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), afterBytes: fc.integer({ min: 0, max: 7000 }), ...upload }),
  fc.record({ kind: fc.constant('lost' as const), ...upload }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(401, 403, 404, 408, 413, 416, 429, 500, 502, 503, 504, 507),
    isCarriedOut: fc.boolean(),
    html: fc.boolean(),
    ...upload,
  }),
  fc.record({ kind: fc.constant('stale' as const), ...upload, method: fc.constant('PATCH') }),
  fc.record({ kind: fc.constant('slow' as const), milliseconds: fc.constant(1), ...upload }),
  fc.record({
    kind: fc.constant('location' as const),
    ...upload,
    origin: fc.constantFrom('https://uploads.test', 'http://registry.test'),
  }),
)

/** Where a registry has its blobs: itself, or behind signed URLs that end soon. */
export const objectStorage: fc.Arbitrary<ObjectStorageOptions | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ uses: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ milliseconds: fc.constantFrom(1, 3000, 60_000) }),
)

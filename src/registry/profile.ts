/** How a registry accepts blobs. Registries differ in this. */
export interface UploadProfile {
  /** In bytes: the minimum size of every chunk except the last. */
  readonly minChunkSize: number
  /** In bytes: no request may have more, unless it carries a whole blob. */
  readonly maxChunkSize: number
  /** True if it takes a blob only whole, in one request. */
  readonly takesWholeOnly: boolean
  /** True if it tells how far an upload is. */
  readonly tellsStatus: boolean
  /** True if the `Range` of an upload's status ends with the number of bytes, not with the last byte (Quay). */
  readonly tellsCount: boolean
  /**
   * True if the closing PUT must be empty after chunks, and all chunks but the last must have one size (Cloudflare).
   */
  readonly closesEmpty: boolean
}

/** The names of profiles that `openRegistry` knows. */
export type UploadProfileName =
  | 'standard'
  | 'acr'
  | 'cloudflare'
  | 'distribution-2'
  | 'distribution-3'
  | 'ecr'
  | 'gar'
  | 'ghcr'
  | 'harbor'
  | 'hub'
  | 'quay'
  | 'zot'

const MIB = 1024 * 1024

const STANDARD: UploadProfile = {
  minChunkSize: 0,
  maxChunkSize: Number.POSITIVE_INFINITY,
  takesWholeOnly: false,
  tellsStatus: true,
  tellsCount: false,
  closesEmpty: false,
}

/** The profiles of known registries. Other limits come from answers and refusals. */
const PROFILES: Readonly<Record<UploadProfileName, UploadProfile>> = {
  standard: STANDARD,
  // Takes no other form of `Content-Range` than the spec's, which is the only one here
  // (dotnet/sdk-container-builds#258).
  acr: STANDARD,
  // Says `OCI-Chunk-Min-Length` and `OCI-Chunk-Max-Length` itself, and loses the bytes of the closing request
  // (cloudflare/serverless-registry#138).
  cloudflare: { ...STANDARD, closesEmpty: true },
  // Loses an upload with the answer to a chunk: to be asked for its status is what it then refuses (distribution's
  // `blobUploadDispatcher`).
  'distribution-2': STANDARD,
  // Tells where an upload is, whatever was lost.
  'distribution-3': STANDARD,
  // Chunks of 5 MiB at least, and no status of an upload (aws/containers-roadmap#2831, openai/tart#273).
  ecr: { ...STANDARD, minChunkSize: 5 * MIB, tellsStatus: false },
  // Takes no chunks at all (dotnet/sdk-container-builds#287).
  gar: { ...STANDARD, takesWholeOnly: true },
  // More than 4 MiB in one chunk is answered by 416 (oras-project/rust-oci-client#35).
  ghcr: { ...STANDARD, maxChunkSize: 4 * MIB },
  // Is distribution 2 inside (goharbor/harbor#23001).
  harbor: STANDARD,
  // Mounts as long as no `origin` is named, which never is here (google/go-containerregistry#1741).
  hub: STANDARD,
  // Answers `bytes=0-<count>` to GET of an upload (quay/quay, endpoints/v2/blob.py).
  quay: { ...STANDARD, tellsCount: true },
  // Of a chunk it tells that chunk alone (regclient/regclient#961): that is not believed, see `sendChunk`. Asked, it
  // tells all.
  zot: STANDARD,
}

/** Whole names and whole suffixes only: a host that merely looks like one is another (CVE-2024-35192). */
const HOSTS: ReadonlyArray<readonly [UploadProfileName, RegExp]> = [
  ['ecr', /^(?:public\.ecr\.aws|[0-9]{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)$/],
  ['acr', /^[a-z0-9]+\.azurecr\.(?:io|cn|us)$/],
  ['ghcr', /^ghcr\.io$/],
  ['gar', /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/],
  ['hub', /^registry-1\.docker\.io$/],
  ['quay', /^quay\.io$/],
]

/** Finds a profile: the one that is named, or the one of the registry's host; or takes what a caller knows better. */
export function findUploadProfile(
  registry: URL,
  given: UploadProfileName | Partial<UploadProfile> | undefined,
): UploadProfile {
  if (typeof given === 'object') return { ...findUploadProfile(registry, undefined), ...given }
  const known = given ?? HOSTS.find(([, hosts]) => hosts.test(registry.hostname))?.[0] ?? 'standard'
  if (Object.hasOwn(PROFILES, known)) return PROFILES[known]
  throw new TypeError(`Cannot use ${JSON.stringify(known)} as a profile: pass ${Object.keys(PROFILES).join(', ')}`)
}

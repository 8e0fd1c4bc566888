import type { RefusalRule } from './answers.ts'
import { type Rules, SPEC } from './rules.ts'

/** A registry whose ways the registry in memory can take on. */
export type RegistryProfile =
  | 'distribution-2'
  | 'distribution-3'
  | 'ecr'
  | 'ghcr'
  | 'gar'
  | 'acr'
  | 'harbor'
  | 'quay'
  | 'hub'
  | 'cloudflare'
  | 'zot'

// Only what has bitten clients is here. Where a registry is merely more lenient than the spec, a profile is not.

const MiB = 1024 * 1024
/** The methods of the upload URL, less the two that ask for the status. */
const CHANGES = ['PATCH', 'PUT', 'DELETE']

/** Tags of a PUT by digest are new (opencontainers/distribution-spec#600): most registries ignore them without a word. */
const WITHOUT_TAG_QUERY: Rules = { ...SPEC, manifests: { ...SPEC.manifests, takesTagQuery: false } }

/** Of distribution, 2 and 3 alike. */
const BAD_CONTENT_TYPE: RefusalRule = { status: 500, code: 'UNKNOWN', message: 'unknown error' }

/** As tried with 2.8.2, and read in registry/handlers/blobupload.go of 2.8.3. */
const DISTRIBUTION_2: Rules = {
  uploads: {
    ...SPEC.uploads,
    // The state holds the offset, and even GET compares it. After a lost answer nobody knows a location that works:
    // "upload resumed at wrong offset" (blobUploadDispatcher). Fixed in 3 by distribution/distribution#3755.
    stateCheckedOn: ['GET', 'HEAD', ...CHANGES],
    staleState: { status: 404, code: 'BLOB_UPLOAD_INVALID', message: 'blob upload invalid' },
    tellsWhereItStands: false,
    // It does not look at Content-Range: a misplaced chunk shows up as DIGEST_INVALID (distribution/distribution#3141).
    rangeCheckedOn: [],
    otherContentType: BAD_CONTENT_TYPE,
    // distribution/distribution#3230
    takesSinglePost: false,
    wrongDigestEndsUpload: false,
  },
  // distribution/distribution#3174; and a PUT with ?tag= is a PUT without.
  manifests: { deletesTags: false, takesTagQuery: false, listsReferrers: false },
  // distribution/distribution#1936 and #3232: all tags at once, and null for none.
  lists: { ...SPEC.lists, pagesTags: false, noTags: 'null' },
}

/** As tried with 3.1.2. */
const DISTRIBUTION_3: Rules = {
  manifests: { deletesTags: true, takesTagQuery: false, listsReferrers: false },
  uploads: {
    ...SPEC.uploads,
    stateCheckedOn: CHANGES,
    staleState: { status: 416, code: 'RANGE_INVALID', message: 'invalid content range' },
    tellsWhereItStands: false,
    outOfOrder: { status: 416, code: 'RANGE_INVALID', message: 'invalid content range' },
    malformedRange: { status: 500, code: 'UNKNOWN', message: 'unknown error' },
    otherContentType: BAD_CONTENT_TYPE,
    takesSinglePost: false,
    wrongDigestEndsUpload: false,
  },
  lists: { ...SPEC.lists, linksFullPages: true },
}

const ECR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    stateCheckedOn: [],
    tellsWhereItStands: false,
    // apple/containerization#790
    outOfOrder: {
      status: 416,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'First byte of the layer part is {first} instead of {size}',
    },
    // openai/tart#273
    chunkStatus: 201,
    // aws/containers-roadmap#2831: all is there, but Range never says so.
    reportedRange: 'first-chunk',
    // dotnet/sdk-container-builds#424: LayerPartTooSmallException, when the upload is closed.
    minChunk: {
      length: 5 * MiB,
      isTold: false,
      refusedAt: 'close',
      refusal: {
        status: 400,
        code: 'BLOB_UPLOAD_INVALID',
        message: 'All layer parts except the last part should be at least 5MB',
      },
      endsUpload: true,
    },
    // dotnet/sdk#33019
    uploadStatus: { status: 404, code: 'BLOB_UPLOAD_UNKNOWN', message: 'blob upload unknown to registry' },
    // openai/tart#159: "a 500 with no message". Docker's one chunk without a range may be closed so.
    emptyClose: { status: 500, code: 'UNKNOWN', message: '', body: 'none' },
    // dotnet/sdk-container-builds#424
    wrongDigest: {
      status: 400,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'None of the provided layer digests match the calculated layer digest',
    },
  },
  // google/go-containerregistry#681
  lists: {
    ...SPEC.lists,
    tooLargeN: {
      status: 405,
      code: 'UNSUPPORTED',
      message:
        "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to {max}'",
    },
  },
}

const GHCR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // oras-project/rust-oci-client#35. Without a Content-Range a body may have any size (openai/tart#179).
    maxChunk: {
      length: 4 * MiB,
      isTold: false,
      appliesTo: 'ranged',
      refusal: {
        status: 416,
        code: 'REQUESTED_RANGE_NOT_SATISFIABLE',
        message: 'the request body is too large and exceeds the maximum permissible limit of {length}',
      },
    },
  },
}

const GAR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // dotnet/sdk-container-builds#287, kitops-ml/kitops#777: "you must use monolithic uploads".
    chunk: { status: 405, code: 'UNSUPPORTED', message: 'chunked uploads are not supported' },
  },
}

const ACR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // Azure/azure-sdk-for-js#25448: no upload can be resumed, as in distribution 2.
    stateCheckedOn: DISTRIBUTION_2.uploads.stateCheckedOn,
    staleState: DISTRIBUTION_2.uploads.staleState,
    tellsWhereItStands: false,
    // dotnet/sdk-container-builds#258: of "bytes 0-84521/*".
    malformedRange: {
      status: 400,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'the Content-Range header format is invalid',
    },
  },
}

/** It ships distribution 2.8.3 (goharbor/harbor#23001). */
const HARBOR: Rules = {
  ...DISTRIBUTION_2,
  // goharbor/harbor#17928
  manifests: { ...DISTRIBUTION_2.manifests, listsReferrers: true },
  uploads: {
    ...DISTRIBUTION_2.uploads,
    // goharbor/harbor#17097
    mount: { fromUnknown: { status: 401, code: 'UNAUTHORIZED', message: 'project {from} not found' } },
  },
}

const QUAY: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // GoogleContainerTools/jib#703. Later ones open an upload (quay/quay#899).
    mount: { withoutFrom: { status: 400, code: 'INVALID_REQUEST', message: 'Invalid request' } },
  },
}

const HUB: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // google/go-containerregistry#1741
    mount: { withOrigin: { status: 401, code: 'UNAUTHORIZED', message: 'authentication required' } },
  },
}

/** Of what R2, which stores the parts, does not take. */
const CLOUDFLARE_RANGE: RefusalRule = {
  status: 416,
  code: 'RANGE_ERROR',
  message: 'the chunk does not match the state',
}
const CLOUDFLARE_ERROR: RefusalRule = { status: 500, code: 'INTERNAL_ERROR', message: 'internal error' }

/** cloudflare/serverless-registry, as read in src/router.ts and src/registry/r2.ts. */
const CLOUDFLARE: Rules = {
  manifests: { ...SPEC.manifests, takesTagQuery: false },
  uploads: {
    ...SPEC.uploads,
    staleState: CLOUDFLARE_RANGE,
    rangeCheckedOn: ['PATCH'],
    outOfOrder: CLOUDFLARE_RANGE,
    malformedRange: CLOUDFLARE_RANGE,
    oneByteRange: CLOUDFLARE_RANGE,
    unequalChunk: CLOUDFLARE_RANGE,
    // opencontainers/distribution-spec#577
    emptyRange: '0--1',
    minChunk: {
      length: 5 * MiB,
      isTold: true,
      refusedAt: 'next-chunk',
      refusal: CLOUDFLARE_RANGE,
      endsUpload: false,
    },
    // cloudflare/serverless-registry#67: what is larger never gets through to it.
    maxChunk: {
      length: 100_000_000,
      isTold: true,
      appliesTo: 'all',
      refusal: { status: 413, code: '', message: 'Request Entity Too Large', body: 'html' },
    },
    // cloudflare/serverless-registry#138: after chunks the closing PUT has to be empty, and its failures are 500.
    takesLastChunkInClose: false,
    emptyBlob: CLOUDFLARE_ERROR,
    wrongDigest: CLOUDFLARE_ERROR,
    cutBody: 'dropped',
  },
  lists: { ...SPEC.lists, catalogLink: 'bare' },
}

/** As tried with 1.4.3; what later ones do otherwise is said where it is. They set the tags of a PUT by digest (project-zot/zot#3885). */
const ZOT: Rules = {
  lists: { ...SPEC.lists, linksFullPages: true },
  uploads: {
    ...SPEC.uploads,
    stateCheckedOn: [],
    tellsWhereItStands: false,
    malformedRange: { status: 416, code: '', message: '', body: 'none' },
    // regclient/regclient#961: what a chunk is answered with tells of that chunk alone. Put right in 2025 (opencontainers/distribution-spec#581).
    reportedRange: 'newest-chunk',
    // opencontainers/distribution-spec#578. Put right by project-zot/zot#3983.
    emptyRange: '0--1',
    wrongDigestEndsUpload: false,
    // "could be io.ErrUnexpectedEOF […]: removing .uploads/ files"
    cutBody: 'ends-upload',
  },
  // project-zot/zot#724. Since project-zot/zot#2714 it takes them where `http.compat` says "docker2s2".
  manifests: {
    ...SPEC.manifests,
    dockerManifest: { status: 415, code: 'MANIFEST_INVALID', message: 'manifest invalid' },
  },
}

export const PROFILES: Readonly<Record<RegistryProfile, Rules>> = {
  'distribution-2': DISTRIBUTION_2,
  'distribution-3': DISTRIBUTION_3,
  ecr: ECR,
  ghcr: GHCR,
  gar: GAR,
  acr: ACR,
  harbor: HARBOR,
  quay: QUAY,
  hub: HUB,
  cloudflare: CLOUDFLARE,
  zot: ZOT,
}

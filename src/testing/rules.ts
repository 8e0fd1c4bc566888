import type { RefusalRule } from './answers.ts'
import type { RangeForms } from './byte-ranges.ts'
import type { UnacceptedRule } from './unaccepted.ts'

/** A registry's behavior, where registries differ. A missing rule does not apply. */
export interface Rules {
  /**
   * The `Content-Type` of responses that set none themselves. With it, the body of `/v2/` is `true`, of that type.
   * Quay does this, because its framework fills in the type.
   */
  readonly typeOfEmpty?: string
  readonly signIn: SignInRules
  readonly uploads: UploadRules
  readonly blobs: BlobRules
  readonly manifests: ManifestRules
  readonly lists: ListRules
}

/** The scopes that the token server accepts. */
export interface SignInRules {
  /**
   * The refusal of a scope that is not for a repository. With this rule, the catalog accepts a token with any scope.
   */
  readonly foreignScope?: RefusalRule
  /** The actions that deleting requires. */
  readonly deleteActions: string
}

/** How the registry accepts blobs. */
export interface UploadRules {
  /** The methods whose URL must have the newest `_state`. If empty, locations have no state. */
  readonly stateCheckedOn: readonly string[]
  readonly staleState: RefusalRule
  /** The methods whose `Content-Range` is checked against the received bytes. Other methods ignore it. */
  readonly rangeCheckedOn: readonly string[]
  /** The refusal of a chunk at the wrong offset. `{first}` is the chunk's offset, `{size}` the expected one. */
  readonly outOfOrder: RefusalRule
  readonly malformedRange: RefusalRule
  /** The refusal of a `Content-Range` that starts and ends at the same byte. */
  readonly oneByteRange?: RefusalRule
  /** True if refusals of a chunk that does not fit the upload's state have `Location` and `Range` headers. */
  readonly tellsWhereItStands: boolean
  /** The status of the response to a chunk. */
  readonly chunkStatus: 201 | 202
  /**
   * The bytes that `Range` reports. `all`: all received bytes. `first-chunk`: always only the first chunk.
   * `newest-chunk`: only the chunk just received, but all bytes in the response to a status request.
   */
  readonly reportedRange: 'all' | 'first-chunk' | 'newest-chunk'
  /**
   * The end of `Range` in the response to a status request and in refusals of a chunk that does not fit: the last byte,
   * or the number of bytes. With `count`, the status has no `Location`, and a new upload's `Range` is `bytes=0--1`.
   * Quay does this.
   */
  readonly reportedEnd: 'last-byte' | 'count'
  /** The `Range` in the status of an upload without bytes. */
  readonly emptyRange: '0-0' | '0--1'
  /** The refusal of every chunk, for a registry that accepts only whole blobs: in a PUT, or in one PATCH. */
  readonly chunk?: RefusalRule
  /** The refusal of a chunk whose `Content-Type` is not `application/octet-stream`. */
  readonly otherContentType?: RefusalRule
  /** The refusal of a chunk that does not have the first one's size, unless it is the last chunk and smaller. */
  readonly unequalChunk?: RefusalRule
  readonly minChunk?: MinChunkRule | undefined
  readonly maxChunk?: MaxChunkRule
  /** The refusal of every status request. */
  readonly uploadStatus?: RefusalRule
  /** True if a POST may contain the whole blob. Otherwise it only opens an upload, and its body is discarded. */
  readonly takesSinglePost: boolean
  /** The refusal of a closing PUT without a body, after chunks with a `Content-Range`. */
  readonly emptyClose?: RefusalRule
  /** True if the closing PUT may contain the last chunk. Otherwise its body is silently discarded after chunks. */
  readonly takesLastChunkInClose: boolean
  /** The refusal of an empty blob. */
  readonly emptyBlob?: RefusalRule
  readonly wrongDigest: RefusalRule
  /** True if a wrong digest deletes the upload. */
  readonly wrongDigestEndsUpload: boolean
  /** The effect of a body that breaks off: its bytes are kept, its bytes are dropped, or the upload is deleted. */
  readonly cutBody: 'kept' | 'dropped' | 'ends-upload'
  readonly mount: MountRules
}

export interface MinChunkRule {
  /** The minimum size in bytes of every chunk but the last. */
  readonly length: number
  /** True if the registry announces it as `OCI-Chunk-Min-Length`. */
  readonly isTold: boolean
  /** When a chunk that is too small is refused: when another follows it, or when the upload is closed. */
  readonly refusedAt: 'next-chunk' | 'close'
  /** `{length}` is the limit in bytes. */
  readonly refusal: RefusalRule
  readonly endsUpload: boolean
}

interface MaxChunkRule {
  /** The maximum size of a body in bytes. */
  readonly length: number
  /** True if the registry announces it as `OCI-Chunk-Max-Length`. */
  readonly isTold: boolean
  /** The bodies that the limit applies to: all, or only those with a `Content-Range`. */
  readonly appliesTo: 'all' | 'ranged'
  /** `{length}` is the limit in readable form: `4.00MiB`. */
  readonly refusal: RefusalRule
}

/** The refusals of mounts, where other registries open an upload. */
export interface MountRules {
  readonly withoutFrom?: RefusalRule
  readonly withOrigin?: RefusalRule
  /** `{from}` is the unknown repository. */
  readonly fromUnknown?: RefusalRule
}

/** How the registry answers requests for blobs. */
export interface BlobRules {
  readonly ranges: RangeForms
  readonly malformedRange: RefusalRule
  /** The refusal of a range that begins at the end of the blob or behind it. `{size}` is the blob's size in bytes. */
  readonly rangePastEnd: RefusalRule
  /**
   * True if the refusal of a range has the blob's `Content-Length`. Its own body is shorter, so that HTTP clients see a
   * broken connection.
   */
  readonly refusalHasBlobLength: boolean
  /** True if a blob has an `ETag`, and `If-Range` is compared with it. Otherwise `If-Range` is ignored. */
  readonly hasEtag: boolean
  /** True if HEAD requests heed `Range`. */
  readonly headHeedsRange: boolean
  /** The successful answers that have `Docker-Content-Digest`. */
  readonly digestIn: 'all' | 'whole' | 'none'
}

export interface ManifestRules {
  /** The refusal of HEAD requests for manifests. */
  readonly head?: RefusalRule
  /** How to answer if `Accept` does not have the manifest's media type: as distribution 2 or as distribution 3. */
  readonly unaccepted?: UnacceptedRule
  /** The refusal of deleting only a tag. */
  readonly tagDelete?: RefusalRule | undefined
  /** True if a PUT by digest sets the tags in `?tag=` and confirms them as `OCI-Tag`. */
  readonly takesTagQuery: boolean
  /** True if the registry lists referrers, and confirms the subject of a manifest as `OCI-Subject`. */
  readonly listsReferrers: boolean
  /** The refusal of manifests with Docker's media types. */
  readonly dockerManifest?: RefusalRule
  /** The refusal of a Docker manifest with an uncompressed layer. */
  readonly plainDockerLayer?: RefusalRule
}

/**
 * The form of the `Link` header that points to a list's next page.
 *
 * - `standard`: as in RFC 8288.
 * - `bare`: without `<` and `>`.
 * - `bare-always`: like `bare`, also on the last page.
 * - `inner`: to another host, with a path that does not exist here.
 * - `short`: without the first part of the repository's name.
 * - `none`: no header.
 */
export type LinkForm = 'standard' | 'bare' | 'bare-always' | 'inner' | 'short' | 'none'

export interface ListRules {
  /** The maximum number of entries per page. */
  readonly pageSize: number
  /** The maximum of the query's `n`. */
  readonly maxN: number
  readonly tooLargeN: RefusalRule
  /** True if tag lists respect `n` and `last`. */
  readonly pagesTags: boolean
  /** True if a full page of tags always has a `Link`, even if it is the last. */
  readonly linksFullPages: boolean
  /** True if tag lists ignore `last` when `n` is at least the number of tags. */
  readonly ignoresLastOfWhole: boolean
  /** The form of `tags` in a repository without tags: an empty list, or `null`. */
  readonly noTags: 'empty' | 'null'
  readonly tagsLink: LinkForm
  readonly catalogLink: LinkForm
}

/** Follows the OCI Distribution Spec strictly. */
export const SPEC: Rules = {
  signIn: { deleteActions: 'delete' },
  uploads: {
    stateCheckedOn: ['PATCH', 'PUT'],
    staleState: { status: 416, code: 'BLOB_UPLOAD_INVALID', message: 'this is not the newest location of the upload' },
    rangeCheckedOn: ['PATCH', 'PUT'],
    outOfOrder: {
      status: 416,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'the chunk must start at {size}, not at {first}',
    },
    malformedRange: { status: 416, code: 'BLOB_UPLOAD_INVALID', message: '"{range}" is not the range of a chunk' },
    tellsWhereItStands: true,
    chunkStatus: 202,
    reportedRange: 'all',
    reportedEnd: 'last-byte',
    emptyRange: '0-0',
    takesSinglePost: true,
    takesLastChunkInClose: true,
    wrongDigest: { status: 400, code: 'DIGEST_INVALID', message: 'the bytes are {digest}, not {stated}' },
    wrongDigestEndsUpload: true,
    cutBody: 'kept',
    mount: {},
  },
  blobs: {
    ranges: 'all',
    malformedRange: { status: 416, code: 'RANGE_INVALID', message: 'invalid range' },
    rangePastEnd: { status: 416, code: 'RANGE_INVALID', message: 'the range begins past the {size} bytes of the blob' },
    refusalHasBlobLength: false,
    hasEtag: true,
    headHeedsRange: false,
    digestIn: 'all',
  },
  manifests: { takesTagQuery: true, listsReferrers: true },
  lists: {
    pageSize: 100,
    maxN: 1000,
    tooLargeN: { status: 400, code: 'PAGINATION_NUMBER_INVALID', message: 'n must be a number up to {max}' },
    pagesTags: true,
    linksFullPages: false,
    ignoresLastOfWhole: false,
    noTags: 'empty',
    tagsLink: 'standard',
    catalogLink: 'standard',
  },
}

/**
 * The spec without tags in a PUT by digest (opencontainers/distribution-spec#600). Most registries silently ignore
 * `?tag=`.
 */
export const WITHOUT_TAG_QUERY: Rules = { ...SPEC, manifests: { ...SPEC.manifests, takesTagQuery: false } }

/** How distribution 2 refuses to delete only a tag (distribution/distribution#3174). */
export const NO_TAG_DELETE: RefusalRule = {
  status: 400,
  code: 'DIGEST_INVALID',
  message: 'provided digest did not match uploaded content',
}

/** Returns the spec's rule for a minimum chunk size, announced and enforced; `undefined` for a length of 0. */
export function minChunkBySpec(length: number): MinChunkRule | undefined {
  if (length === 0) return undefined
  return {
    length,
    isTold: true,
    refusedAt: 'next-chunk',
    refusal: { status: 400, code: 'SIZE_INVALID', message: 'chunks must have at least {length} bytes' },
    endsUpload: true,
  }
}

/** Divides the chunk sizes of rules by `scale`, so that tests need no large blobs. */
export function scaledRules(rules: Rules, scale: number): Rules {
  const { minChunk, maxChunk } = rules.uploads
  const scaled = ({ length }: { readonly length: number }) => Math.max(1, Math.floor(length / scale))
  return {
    ...rules,
    uploads: {
      ...rules.uploads,
      ...(minChunk && { minChunk: { ...minChunk, length: scaled(minChunk) } }),
      ...(maxChunk && { maxChunk: { ...maxChunk, length: scaled(maxChunk) } }),
    },
  }
}

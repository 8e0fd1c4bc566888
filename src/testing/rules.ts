import type { RefusalRule } from './answers.ts'
import type { UnacceptedRule } from './unaccepted.ts'

/** What a registry does where registries differ. A rule that is absent is not in force. */
export interface Rules {
  /**
   * The `Content-Type` of answers that have no document, and so no type of their own. With it the body of `/v2/` is `true`, of that type.
   * Quay's way: its framework fills the type in.
   */
  readonly typeOfEmpty?: string
  readonly signIn: SignInRules
  readonly uploads: UploadRules
  readonly manifests: ManifestRules
  readonly lists: ListRules
}

/** Which rights its token server knows. */
export interface SignInRules {
  /** Of a right to something else than a repository. With it, the list of repositories asks for a token with any rights. */
  readonly foreignScope?: RefusalRule
  /** What deleting asks for. */
  readonly deleteActions: string
}

/** How blobs come in. */
export interface UploadRules {
  /** The methods that have to bring the newest `_state`. With none, locations have no state. */
  readonly stateCheckedOn: readonly string[]
  readonly staleState: RefusalRule
  /** The methods whose `Content-Range` is compared with what was received. With others it is ignored. */
  readonly rangeCheckedOn: readonly string[]
  /** `{first}` is where the chunk begins, `{size}` where it should. */
  readonly outOfOrder: RefusalRule
  readonly malformedRange: RefusalRule
  /** Of a `Content-Range` that begins and ends at the same byte. */
  readonly oneByteRange?: RefusalRule
  /** Whether the two refusals of what does not fit tell `Location` and `Range`. */
  readonly tellsWhereItStands: boolean
  /** What a chunk is answered with. */
  readonly chunkStatus: 201 | 202
  /** What `Range` tells: all that was received; for ever the first chunk alone; or of each chunk itself, and all when the status is asked for. */
  readonly reportedRange: 'all' | 'first-chunk' | 'newest-chunk'
  /**
   * What `Range` ends with when the status is asked for, and in a refusal of what does not fit: the last byte, or the number of bytes. With
   * the number, the status has no `Location`, and an upload is opened with `bytes=0--1`. Quay's way.
   */
  readonly reportedEnd: 'last-byte' | 'count'
  /** `Range` of an upload without a byte, when its status is asked for. */
  readonly emptyRange: '0-0' | '0--1'
  /** Of any chunk: the registry takes blobs whole alone. */
  readonly chunk?: RefusalRule
  /** Of a chunk whose `Content-Type` is another than `application/octet-stream`. */
  readonly otherContentType?: RefusalRule
  /** Of a chunk that is none of the first one's size, unless it is the last and smaller. */
  readonly unequalChunk?: RefusalRule
  readonly minChunk?: MinChunkRule | undefined
  readonly maxChunk?: MaxChunkRule
  /** Of asking how far an upload is. */
  readonly uploadStatus?: RefusalRule
  /** Whether a POST may bring the whole blob. Else it opens an upload, and what it brought is lost. */
  readonly takesSinglePost: boolean
  /** Of a closing PUT without a body, after chunks with a `Content-Range`. */
  readonly emptyClose?: RefusalRule
  /** Whether the closing PUT's body counts after chunks, or is dropped without a word. */
  readonly takesLastChunkInClose: boolean
  /** Of a blob of no bytes. */
  readonly emptyBlob?: RefusalRule
  readonly wrongDigest: RefusalRule
  /** Whether an upload is forgotten when its digest is not that of its bytes. */
  readonly wrongDigestEndsUpload: boolean
  /** What becomes of the bytes of a body that broke off, and of its upload. */
  readonly cutBody: 'kept' | 'dropped' | 'ends-upload'
  readonly mount: MountRules
}

export interface MinChunkRule {
  /** In bytes. Every chunk but the last has to have so many. */
  readonly length: number
  /** Whether clients are told, as `OCI-Chunk-Min-Length`. */
  readonly isTold: boolean
  /** When a chunk turns out to be too small: when more comes after it, or when the upload is closed. */
  readonly refusedAt: 'next-chunk' | 'close'
  /** `{length}` is the limit. */
  readonly refusal: RefusalRule
  readonly endsUpload: boolean
}

interface MaxChunkRule {
  /** In bytes. */
  readonly length: number
  /** Whether clients are told, as `OCI-Chunk-Max-Length`. */
  readonly isTold: boolean
  /** Which bodies may have no more: all of them, or those with a `Content-Range`. */
  readonly appliesTo: 'all' | 'ranged'
  /** `{length}` is the limit, as people write it: `4.00MiB`. */
  readonly refusal: RefusalRule
}

/** Mounts that are refused, where others open an upload. */
export interface MountRules {
  readonly withoutFrom?: RefusalRule
  readonly withOrigin?: RefusalRule
  /** `{from}` is the repository that nobody knows. */
  readonly fromUnknown?: RefusalRule
}

export interface ManifestRules {
  /** Of HEAD of a manifest. */
  readonly head?: RefusalRule
  /** What of a manifest whose media type `Accept` does not name, as distribution 2 or 3 does it. */
  readonly unaccepted?: UnacceptedRule
  /** Of deleting a tag alone. */
  readonly tagDelete?: RefusalRule | undefined
  /** Whether a PUT by digest sets the tags of its `?tag=` and tells them as `OCI-Tag`. */
  readonly takesTagQuery: boolean
  /** Whether it lists what refers to a manifest, and tells the subject of one that is put. */
  readonly listsReferrers: boolean
  /** Of a manifest of Docker's media types. */
  readonly dockerManifest?: RefusalRule
  /** Of such a manifest with a layer that is not compressed. */
  readonly plainDockerLayer?: RefusalRule
}

/**
 * How a list names its next page. `standard` is RFC 8288. `bare`: without `<` and `>`. `bare-always`: the same, on the last page too. `inner`: on
 * another host, with a path that is none here. `short`: without the first part of the repository's name. `none`: not at all.
 */
export type LinkForm = 'standard' | 'bare' | 'bare-always' | 'inner' | 'short' | 'none'

export interface ListRules {
  /** Entries in one page. */
  readonly pageSize: number
  /** The greatest `n`. */
  readonly maxN: number
  readonly tooLargeN: RefusalRule
  /** Whether `n` and `last` are heeded in a list of tags. */
  readonly pagesTags: boolean
  /** Whether a page of tags as long as it may be has a `Link` also where nothing comes after it. */
  readonly linksFullPages: boolean
  /** Whether `last` is ignored if `n` is no smaller than the whole list. */
  readonly ignoresLastOfWhole: boolean
  /** `tags` of a repository that has none. */
  readonly noTags: 'empty' | 'null'
  readonly tagsLink: LinkForm
  readonly catalogLink: LinkForm
}

/** The OCI Distribution Spec, to the letter. */
export const SPEC: Rules = {
  signIn: { deleteActions: 'delete' },
  uploads: {
    stateCheckedOn: ['PATCH', 'PUT'],
    staleState: { status: 416, code: 'BLOB_UPLOAD_INVALID', message: 'this is not the newest location of the upload' },
    rangeCheckedOn: ['PATCH', 'PUT'],
    outOfOrder: {
      status: 416,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'the chunk has to start at {size}, not at {first}',
    },
    malformedRange: { status: 416, code: 'BLOB_UPLOAD_INVALID', message: '"{range}" is no range of a chunk' },
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
  manifests: { takesTagQuery: true, listsReferrers: true },
  lists: {
    pageSize: 100,
    maxN: 1000,
    tooLargeN: { status: 400, code: 'PAGINATION_NUMBER_INVALID', message: 'n has to be a number up to {max}' },
    pagesTags: true,
    linksFullPages: false,
    ignoresLastOfWhole: false,
    noTags: 'empty',
    tagsLink: 'standard',
    catalogLink: 'standard',
  },
}

/** The spec without tags in a PUT by digest (opencontainers/distribution-spec#600): most registries ignore `?tag=` without a word. */
export const WITHOUT_TAG_QUERY: Rules = { ...SPEC, manifests: { ...SPEC.manifests, takesTagQuery: false } }

/** Of deleting a tag alone, as distribution 2 says it (distribution/distribution#3174). */
export const NO_TAG_DELETE: RefusalRule = {
  status: 400,
  code: 'DIGEST_INVALID',
  message: 'provided digest did not match uploaded content',
}

/** The smallest chunk as the spec has it: told, and insisted on. Any size will do with 0. */
export function minChunkBySpec(length: number): MinChunkRule | undefined {
  if (length === 0) return undefined
  return {
    length,
    isTold: true,
    refusedAt: 'next-chunk',
    refusal: { status: 400, code: 'SIZE_INVALID', message: 'chunks have to have at least {length} bytes' },
    endsUpload: true,
  }
}

/** Rules with smaller sizes, so that tests need no large blobs. */
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

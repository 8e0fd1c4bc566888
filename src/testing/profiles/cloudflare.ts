import type { RefusalRule } from '../answers.ts'
import { type Rules, SPEC } from '../rules.ts'

const MiB = 1024 * 1024

/** The refusal of parts that R2, the storage behind it, does not accept. */
const CLOUDFLARE_RANGE: RefusalRule = {
  status: 416,
  code: 'RANGE_ERROR',
  message: 'the chunk does not match the state',
}
const CLOUDFLARE_ERROR: RefusalRule = { status: 500, code: 'INTERNAL_ERROR', message: 'internal error' }

/** cloudflare/serverless-registry, based on its src/router.ts and src/registry/r2.ts. */
export const CLOUDFLARE: Rules = {
  ...SPEC,
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
    // cloudflare/serverless-registry#67: larger bodies are refused before they reach the registry.
    maxChunk: {
      length: 100_000_000,
      isTold: true,
      appliesTo: 'all',
      refusal: { status: 413, code: '', message: 'Request Entity Too Large', body: 'html' },
    },
    // cloudflare/serverless-registry#138: after chunks the closing PUT must be empty, and its failures have status 500.
    takesLastChunkInClose: false,
    emptyBlob: CLOUDFLARE_ERROR,
    wrongDigest: CLOUDFLARE_ERROR,
    cutBody: 'dropped',
  },
  lists: { ...SPEC.lists, catalogLink: 'bare-always' },
}

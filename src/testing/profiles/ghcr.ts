import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

const MiB = 1024 * 1024

export const GHCR: Rules = {
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

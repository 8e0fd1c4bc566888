import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

const MiB = 1024 * 1024

export const ECR: Rules = {
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
    // aws/containers-roadmap#2831: the registry has all bytes, but Range reports only the first chunk.
    reportedRange: 'first-chunk',
    // dotnet/sdk-container-builds#424: closing the upload fails with LayerPartTooSmallException.
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
    // openai/tart#159: "a 500 with no message". Docker sends one chunk without a range, and may close with an empty
    // PUT.
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

import type { RefusalRule } from '../answers.ts'
import { type BlobRules, NO_TAG_DELETE, type Rules, SPEC } from '../rules.ts'

/** The methods of the upload URL, except the two that request the status. */
const CHANGES = ['PATCH', 'PUT', 'DELETE']

/** The refusal of a chunk's `Content-Type` by distribution 2 and 3. */
const BAD_CONTENT_TYPE: RefusalRule = { status: 500, code: 'UNKNOWN', message: 'unknown error' }

/** Go's `http.ServeContent` answers requests for blobs. */
const BLOBS: BlobRules = {
  ...SPEC.blobs,
  malformedRange: { status: 416, code: '', message: 'invalid range\n', body: 'text' },
  rangePastEnd: { status: 416, code: '', message: 'invalid range: failed to overlap\n', body: 'text' },
  headHeedsRange: true,
}

/** Distribution 2, based on trials with 2.8.2 and on registry/handlers/blobupload.go of 2.8.3. */
export const DISTRIBUTION_2: Rules = {
  ...SPEC,
  // Trial with 2.8.2: a client of HTTP/1.1 cannot read its 416, because it states the blob's length.
  blobs: {
    ...BLOBS,
    malformedRange: { ...BLOBS.malformedRange, message: '' },
    rangePastEnd: { ...BLOBS.rangePastEnd, message: '' },
    refusalHasBlobLength: true,
  },
  uploads: {
    ...SPEC.uploads,
    // The state contains the offset, and even GET checks it. After a lost response the client has no valid location:
    // "upload resumed at wrong offset" (blobUploadDispatcher). Fixed in 3 by distribution/distribution#3755.
    stateCheckedOn: ['GET', 'HEAD', ...CHANGES],
    staleState: { status: 404, code: 'BLOB_UPLOAD_INVALID', message: 'blob upload invalid' },
    tellsWhereItStands: false,
    // It ignores Content-Range: a chunk at the wrong offset leads to DIGEST_INVALID (distribution/distribution#3141).
    rangeCheckedOn: [],
    otherContentType: BAD_CONTENT_TYPE,
    // distribution/distribution#3230
    takesSinglePost: false,
    wrongDigestEndsUpload: false,
  },
  // A PUT ignores ?tag=.
  manifests: { unaccepted: 'distribution-2', tagDelete: NO_TAG_DELETE, takesTagQuery: false, listsReferrers: false },
  // distribution/distribution#1936 and #3232: it lists all tags at once, and `null` instead of an empty list.
  lists: { ...SPEC.lists, pagesTags: false, noTags: 'null' },
}

/** Distribution 3, based on trials with 3.1.2. */
export const DISTRIBUTION_3: Rules = {
  ...SPEC,
  blobs: BLOBS,
  manifests: { unaccepted: 'distribution-3', takesTagQuery: false, listsReferrers: false },
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

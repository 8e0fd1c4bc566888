import { type Rules, SPEC } from '../rules.ts'

/**
 * zot, based on trials with 1.4.3. Comments name the differences in later versions.
 * Later versions set the tags of a PUT by digest (project-zot/zot#3885).
 */
export const ZOT: Rules = {
  ...SPEC,
  // It knows one range, without ETag. Ranges of a suffix are malformed.
  blobs: {
    ranges: 'one',
    malformedRange: { status: 416, code: '', message: '', body: 'none' },
    rangePastEnd: { status: 500, code: '', message: '', body: 'none' },
    refusalHasBlobLength: false,
    hasEtag: false,
    headHeedsRange: false,
    digestIn: 'whole',
  },
  lists: { ...SPEC.lists, linksFullPages: true, ignoresLastOfWhole: true, tagsLink: 'bare' },
  uploads: {
    ...SPEC.uploads,
    stateCheckedOn: [],
    tellsWhereItStands: false,
    malformedRange: { status: 416, code: '', message: '', body: 'none' },
    // regclient/regclient#961: the response to a chunk reports only that chunk. Fixed in 2025
    // (opencontainers/distribution-spec#581).
    reportedRange: 'newest-chunk',
    // opencontainers/distribution-spec#578. Fixed by project-zot/zot#3983.
    emptyRange: '0--1',
    wrongDigestEndsUpload: false,
    // "could be io.ErrUnexpectedEOF […]: removing .uploads/ files"
    cutBody: 'ends-upload',
  },
  // project-zot/zot#724. Since project-zot/zot#2714 it accepts them if `http.compat` is "docker2s2".
  manifests: {
    ...SPEC.manifests,
    dockerManifest: { status: 415, code: 'MANIFEST_INVALID', message: 'manifest invalid' },
  },
}

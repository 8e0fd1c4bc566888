import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** Sonatype Nexus 3, after reports: its registry is not open source. */
export const NEXUS: Rules = {
  ...SPEC,
  manifests: {
    ...WITHOUT_TAG_QUERY.manifests,
    // andrey-pohilko/registry-cli#14 and #43: a page for HEAD, while GET finds the manifest.
    head: { status: 404, code: '', message: 'Not Found', body: 'html' },
    // regclient/regclient#258
    tagDelete: { status: 404, code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
  },
}

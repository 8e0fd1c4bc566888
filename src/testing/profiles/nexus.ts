import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** Sonatype Nexus 3, after reports: its registry is not open source. */
export const NEXUS: Rules = {
  ...SPEC,
  lists: {
    ...SPEC.lists,
    // It gives as many as it is asked for. Its group repositories name no next page of tags (sonatype/nexus-public#117), and its proxies one at
    // a path that the port does not serve (sonatype/nexus-public#1011).
    pageSize: 10_000,
    maxN: 10_000,
    tagsLink: 'none',
    catalogLink: 'inner',
  },
  manifests: {
    ...WITHOUT_TAG_QUERY.manifests,
    // andrey-pohilko/registry-cli#14 and #43: a page for HEAD, while GET finds the manifest.
    head: { status: 404, code: '', message: 'Not Found', body: 'html' },
    // regclient/regclient#258
    tagDelete: { status: 404, code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
  },
}

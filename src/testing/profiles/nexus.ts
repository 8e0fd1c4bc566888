import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** Sonatype Nexus 3, based on bug reports, because its source is not public. */
export const NEXUS: Rules = {
  ...SPEC,
  lists: {
    ...SPEC.lists,
    // It returns as many entries as requested. Its group repositories have no link to the next page of tags
    // (sonatype/nexus-public#117). Its proxies link to a path that the port does not serve
    // (sonatype/nexus-public#1011).
    pageSize: 10_000,
    maxN: 10_000,
    tagsLink: 'none',
    catalogLink: 'inner',
  },
  manifests: {
    ...WITHOUT_TAG_QUERY.manifests,
    // andrey-pohilko/registry-cli#14 and #43: HEAD answers with a 404 page, although GET finds the manifest.
    head: { status: 404, code: '', message: 'Not Found', body: 'html' },
    // regclient/regclient#258
    tagDelete: { status: 404, code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
  },
}

import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** JFrog Artifactory, based on bug reports, because its source is not public. */
export const ARTIFACTORY: Rules = {
  ...WITHOUT_TAG_QUERY,
  // RTFACT-18971, renovatebot/renovate#15030: if the path contains the repository key, `Link` omits it.
  lists: { ...SPEC.lists, tagsLink: 'short' },
}

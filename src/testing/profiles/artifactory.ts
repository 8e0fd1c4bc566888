import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** JFrog Artifactory, after reports: its registry is not open source. */
export const ARTIFACTORY: Rules = {
  ...WITHOUT_TAG_QUERY,
  // RTFACT-18971, renovatebot/renovate#15030: where the key of its repository is a part of the path, `Link` leaves it out.
  lists: { ...SPEC.lists, tagsLink: 'short' },
}

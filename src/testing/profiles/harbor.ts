import type { Rules } from '../rules.ts'
import { DISTRIBUTION_2 } from './distribution.ts'

/** Harbor, which ships distribution 2.8.3 (goharbor/harbor#23001). */
export const HARBOR: Rules = {
  ...DISTRIBUTION_2,
  // goharbor/harbor#17928
  manifests: { ...DISTRIBUTION_2.manifests, listsReferrers: true },
  uploads: {
    ...DISTRIBUTION_2.uploads,
    // goharbor/harbor#17097
    mount: { fromUnknown: { status: 401, code: 'UNAUTHORIZED', message: 'project {from} not found' } },
  },
}

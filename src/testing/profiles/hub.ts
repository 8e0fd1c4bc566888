import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

export const HUB: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // google/go-containerregistry#1741
    mount: { withOrigin: { status: 401, code: 'UNAUTHORIZED', message: 'authentication required' } },
  },
}

import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

export const QUAY: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // GoogleContainerTools/jib#703. Later ones open an upload (quay/quay#899).
    mount: { withoutFrom: { status: 400, code: 'INVALID_REQUEST', message: 'Invalid request' } },
  },
}

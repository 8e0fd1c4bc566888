import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

/** quay/quay, based on its endpoints/v2/ and image/docker/schema2/manifest.py. */
export const QUAY: Rules = {
  ...WITHOUT_TAG_QUERY,
  // GoogleContainerTools/jib#1986: Flask fills in a type if the registry sets none.
  typeOfEmpty: 'text/html; charset=utf-8',
  // v2auth.py; openshift/oc-mirror#168, xelalexv/dregsy#57
  signIn: {
    foreignScope: {
      status: 400,
      code: 'INVALID_REQUEST',
      message: 'Unable to decode repository and actions: {scope}',
    },
    deleteActions: 'pull,push',
  },
  uploads: {
    ...SPEC.uploads,
    // In blob.py, locations have no state, and `Range` ends one byte too high "since byte ranges are exclusive".
    stateCheckedOn: [],
    reportedEnd: 'count',
    // It counts a chunk only after storing all of it.
    cutBody: 'dropped',
    // GoogleContainerTools/jib#703. Later versions open an upload (quay/quay#899).
    mount: { withoutFrom: { status: 400, code: 'INVALID_REQUEST', message: 'Invalid request' } },
  },
  manifests: {
    ...WITHOUT_TAG_QUERY.manifests,
    // containers/image#1270, kubevirt/kubevirt#15728
    plainDockerLayer: {
      status: 400,
      code: 'MANIFEST_INVALID',
      message: 'manifest invalid',
    },
  },
}

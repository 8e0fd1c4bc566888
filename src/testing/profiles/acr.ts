import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'
import { DISTRIBUTION_2 } from './distribution.ts'

export const ACR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // Azure/azure-sdk-for-js#25448: no upload can be resumed, as in distribution 2.
    stateCheckedOn: DISTRIBUTION_2.uploads.stateCheckedOn,
    staleState: DISTRIBUTION_2.uploads.staleState,
    tellsWhereItStands: false,
    // dotnet/sdk-container-builds#258: the refusal of "bytes 0-84521/*".
    malformedRange: {
      status: 400,
      code: 'BLOB_UPLOAD_INVALID',
      message: 'the Content-Range header format is invalid',
    },
  },
}

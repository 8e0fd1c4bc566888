import { type Rules, SPEC, WITHOUT_TAG_QUERY } from '../rules.ts'

export const GAR: Rules = {
  ...WITHOUT_TAG_QUERY,
  uploads: {
    ...SPEC.uploads,
    // dotnet/sdk-container-builds#287, kitops-ml/kitops#777: "you must use monolithic uploads".
    chunk: { status: 405, code: 'UNSUPPORTED', message: 'chunked uploads are not supported' },
  },
}

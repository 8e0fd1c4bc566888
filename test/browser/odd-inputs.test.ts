import { describeForeignFiles } from '../support/foreign-files-contract.ts'
import { describeForeignLayers } from '../support/foreign-layers-contract.ts'
import { describeGoNil } from '../support/go-nil-contract.ts'
import { describeOtherDigests } from '../support/other-digests-contract.ts'
import { describeVerifying } from '../support/verify-contract.ts'

describeForeignFiles()
describeForeignLayers()
describeGoNil()
describeOtherDigests()
describeVerifying()

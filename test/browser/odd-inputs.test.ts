import { describeForeignFiles } from '../support/foreign-files-contract.ts'
import { describeGoNil } from '../support/go-nil-contract.ts'

describeForeignFiles()
describeGoNil()

import { describeGoNil } from '../support/go-nil-contract.ts'

describeGoNil()

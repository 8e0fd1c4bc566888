import * as portable from '../../src/index.ts'
import { asBytes, asFile, describeArchiveReading } from '../support/archive-contract.ts'
import { describeFormats } from '../support/formats-contract.ts'
import { describeTwoHalves } from '../support/two-halves-contract.ts'

describeArchiveReading('the portable entry in a page, from a File', portable, asFile)
describeArchiveReading('the portable entry in a page, from bytes', portable, asBytes)
describeFormats('the portable entry in a page, from a File', portable, asFile)

describeTwoHalves('an archive with a layout and a manifest.json, in a page', portable, asFile)

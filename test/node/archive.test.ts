import { pathToFileURL } from 'node:url'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { asBytes, asFile, describeArchiveReading } from '../support/archive-contract.ts'
import { asPath } from '../support/archive-path.ts'
import { describeFormats } from '../support/formats-contract.ts'

describeArchiveReading('the portable entry, from bytes', portable, asBytes)
describeArchiveReading('the portable entry, from a File', portable, asFile)
describeArchiveReading('the Node entry, from a path', node, asPath)
describeArchiveReading('the Node entry, from a file: URL', node, async (bytes) => pathToFileURL(await asPath(bytes)))

describeFormats('the portable entry, from bytes', portable, asBytes)
describeFormats('the Node entry, from a path', node, asPath)

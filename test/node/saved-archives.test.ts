import { fileURLToPath } from 'node:url'
import * as node from '../../src/node/index.ts'
import { describeSavedArchives } from '../support/saved-archives-contract.ts'

describeSavedArchives('archives of real tools, from the Node entry', node, (file) =>
  fileURLToPath(new URL(`../archives/${file}`, import.meta.url)),
)

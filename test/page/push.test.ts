import { describe, expect, it } from 'vitest'
import { getManifest, inspectDockerTar, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { withTemporaryFolder } from '../support/folders.ts'

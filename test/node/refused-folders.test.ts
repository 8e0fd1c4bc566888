import { expect, it } from 'vitest'
import {
  folderSessions,
  openRegistry,
  pullArtifact,
  pullLayout,
  pushArtifact,
  pushDockerTar,
} from '../../src/node/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'

// Linux answers ENOENT to each new folder in /proc. Node's recursive `mkdir` then tries again for ever.

const REFUSED = '/proc/none/folder'

it.each<[name: string, use: () => Promise<unknown>]>([
  ['serveTestRegistry()', () => serveTestRegistry({ folder: REFUSED })],
  [
    'pullLayout()',
    async () => {
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      await pushDockerTar(await createTestArchive(), registry, 'app', 'v1')
      return pullLayout(registry, 'app', 'v1', REFUSED)
    },
  ],
  [
    'pullArtifact()',
    async () => {
      const registry = openRegistry('https://registry.test', { fetch: createTestRegistry().fetch })
      await pushArtifact(registry, 'app', 'v1', ['package.json'], { artifactType: 'application/x.test' })
      return pullArtifact(registry, 'app', 'v1', { to: REFUSED })
    },
  ],
  ['folderSessions()', () => folderSessions(REFUSED).get('key')],
])('%s rejects where the file system makes no folder', async (_, use) => {
  await expect(use()).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('/proc/none') })
})

import { expect } from 'vitest'
import { type ArchiveInput, type Image, openArchive } from '../../src/index.ts'
import { KINDS } from './kinds.ts'
import { createLayout } from './layout.ts'

/** Opens the one image of an archive. */
export async function openOne(archive: ArchiveInput): Promise<Image> {
  const [image, ...others] = (await openArchive(archive)).images
  expect(others).toEqual([])
  return image as Image
}

/**
 * Opens an image of Docker's or OCI's kind.
 *
 * @param config Fields of its config.
 * @param manifest Fields of its manifest.
 */
export async function imageOfKind(
  kind: keyof typeof KINDS,
  config: object = {},
  manifest: object = {},
): Promise<Image> {
  const layout = createLayout()
  const types = KINDS[kind]
  const layer = await layout.add(types.layer.replace(/[.+]gzip$/, ''), 'the bytes of a layer'.padEnd(512, '\0'))
  const described = await layout.add(types.config, {
    ...{ os: 'linux', architecture: 'amd64', config: {} },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'COPY . /' }],
    ...config,
  })
  const fields = { schemaVersion: 2, mediaType: types.manifest, config: described, layers: [layer], ...manifest }
  layout.list({ ...(await layout.add(types.manifest, fields)) })
  return openOne(layout.tar())
}

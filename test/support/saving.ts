import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createLayout, withName } from './layout.ts'

const MIB = 1024 * 1024
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Makes an archive of one image, with layers of several pieces, and layers of less than one. */
export async function createPiecesArchive(): Promise<Uint8Array<ArrayBuffer>> {
  const layout = createLayout()
  const sizes = [2.5 * MIB, 1, 3 * MIB, 700, 5 * MIB + 1, MIB, 2 * MIB]
  const layers = await Promise.all(
    sizes.map((size) => layout.add('application/vnd.oci.image.layer.v1.tar+gzip', randomBytes(size))),
  )
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) }
  const platform = { architecture: 'amd64', os: 'linux' }
  const config = await layout.add('application/vnd.oci.image.config.v1+json', { ...platform, rootfs })
  const manifest = await layout.add(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers })
  layout.list(withName(manifest, 'registry.example.com/team/app:v1'))
  return layout.tar()
}

/**
 * Runs code in a process of its own, with the built package.
 *
 * @param code It has the `images` of the archive at `source`, and the text `place`.
 */
export function startSaving(code: string, source: string, place: string) {
  const program = `
    import { openArchive, saveArchive, saveLayout } from 'registry-api-v2-client/node'
    const [source, place] = process.argv.slice(1)
    const { images } = await openArchive(source)
    ${code}`
  return spawn(process.execPath, ['--input-type=module', '-e', program, source, place], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

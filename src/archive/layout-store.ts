import type { ContentStore } from '../images/content-store.ts'
import { readAll } from '../source/source.ts'
import { hasFile, openEntry } from './file-index.ts'
import { claimJson, claimValues } from './json-file.ts'
import { verifyLayers } from './layer-order.ts'
import type { Reading } from './reading.ts'

/** Makes a content store of the OCI layout in an archive (image-spec § Image Layout). */
export function createLayoutStore(reading: Reading): ContentStore {
  const { files, limits, createHasher, signal, warn } = reading
  const name = 'the layout'
  return {
    ...{ name, limits, createHasher, warn },
    async open({ digest }) {
      const path = `blobs/sha256/${digest.slice('sha256:'.length)}`
      return hasFile(files, path) ? openEntry(files, path, name, signal) : undefined
    },
    async readDocument({ digest, size, source }) {
      claimJson(reading, size, digest)
      const bytes = await readAll(source, signal)
      claimValues(reading, bytes, digest)
      return bytes
    },
    verifyLayers: (image) => verifyLayers(reading, image),
  }
}

import { createHash, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { rawHeader } from './tar.ts'

/** What was written, to compare with what arrives. */
export interface LargeArchive {
  readonly configDigest: string
  readonly diffIds: readonly string[]
  readonly layerBytes: number
}

const MIB = 1024 * 1024

/**
 * Writes an archive of the kind that Docker 25 and later save, with layers of random bytes, in constant memory.
 * A layer's name is its digest, which is known when it is written: its header is put in afterwards.
 */
export async function writeLargeArchive(
  path: string,
  options: { layers: number; layerMiB: number; name: string },
): Promise<LargeArchive> {
  const file = await open(path, 'w')
  let position = 0
  const write = async (bytes: Uint8Array, at = position) => {
    await file.write(bytes, 0, bytes.length, at)
    position = Math.max(position, at + bytes.length)
  }
  const writeEntry = async (name: string, text: string) => {
    const data = Buffer.from(text)
    await write(rawHeader({ name, data }))
    await write(Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)]))
  }
  const block = randomBytes(MIB)
  const layerSize = 512 + options.layerMiB * MIB + 1024
  const diffIds: string[] = []
  try {
    for (let layer = 0; layer < options.layers; layer++) {
      const headerAt = position
      position += 512
      const sha256 = createHash('sha256')
      const pour = async (bytes: Uint8Array) => {
        sha256.update(bytes)
        await write(bytes)
      }
      await pour(rawHeader({ name: `data/layer-${layer}`, size: options.layerMiB * MIB }))
      for (let mib = 0; mib < options.layerMiB; mib++) {
        block.writeUInt32BE(layer * 1_000_000 + mib, 0)
        await pour(block)
      }
      await pour(Buffer.alloc(1024))
      const hex = sha256.digest('hex')
      await write(rawHeader({ name: `blobs/sha256/${hex}`, size: layerSize }), headerAt)
      diffIds.push(`sha256:${hex}`)
    }
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: diffIds.map((_, layer) => ({ created_by: `layer ${layer}` })),
    })
    const configHex = createHash('sha256').update(config).digest('hex')
    await writeEntry(`blobs/sha256/${configHex}`, config)
    const entry = {
      Config: `blobs/sha256/${configHex}`,
      RepoTags: [options.name],
      Layers: diffIds.map((id) => `blobs/sha256/${id.slice(7)}`),
    }
    await writeEntry('manifest.json', JSON.stringify([entry]))
    await write(Buffer.alloc(1024))
    return { configDigest: `sha256:${configHex}`, diffIds, layerBytes: layerSize * options.layers }
  } finally {
    await file.close()
  }
}

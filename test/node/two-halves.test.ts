import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import { openArchive, ValidationError } from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { asBytes } from '../support/archive-contract.ts'
import { asPath } from '../support/archive-path.ts'
import { rejection } from '../support/errors.ts'
import { createLayout } from '../support/layout.ts'
import { rawTar } from '../support/tar.ts'
import { describeTwoHalves } from '../support/two-halves-contract.ts'

describeTwoHalves('an archive with a layout and a manifest.json, from bytes', portable, asBytes)
describeTwoHalves('an archive with a layout and a manifest.json, from a path', node, asPath)

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

/** A layout of one manifest, with what its config says and its layers. */
async function layoutOf(
  config: object,
  layers: ReadonlyArray<{ type: string; data: Uint8Array }>,
  fields: object = {},
) {
  const layout = createLayout()
  const listed = await Promise.all(layers.map(({ type, data }) => layout.add(type, data)))
  const document = { schemaVersion: 2, config: await layout.add(CONFIG, { ...config }), layers: listed, ...fields }
  layout.list({ ...(await layout.add(MANIFEST, document)) })
  return layout.tar()
}

describe('openArchive() of a layout alone', () => {
  const plain = { type: LAYER, data: rawTar([{ name: 'a', data: 'a' }]) }
  const packed = { type: `${LAYER}+gzip`, data: gzipSync(plain.data) }
  const linux = { os: 'linux', architecture: 'amd64' }
  const unknown = { os: 'unknown', architecture: 'unknown' }
  const diffIds = (...diff_ids: string[]) => ({ rootfs: { type: 'layers', diff_ids } })
  const other = `sha256:${'0'.repeat(64)}`

  it('refuses an image with more or fewer layers than diff IDs, or others', async () => {
    const refused = [
      await layoutOf({ ...linux, ...diffIds(other, other) }, [packed]),
      await layoutOf({ ...linux, ...diffIds() }, [packed]),
      await layoutOf(linux, [packed]),
      await layoutOf(diffIds(other, other), [packed]),
      await layoutOf({ ...linux, ...diffIds(other) }, [plain]),
    ]
    for (const bytes of refused) await rejection(openArchive(bytes), ValidationError, /do not fit its config/)
  })

  it('takes what needs no diff IDs: artifacts and attestations with a config of an image', async () => {
    const subject = { mediaType: MANIFEST, digest: other, size: 1 }
    const taken = [
      await layoutOf({ ...unknown, ...diffIds() }, [packed]),
      await layoutOf({}, [packed]),
      await layoutOf(linux, [packed], { artifactType: 'text/list' }),
      await layoutOf(linux, [packed], { subject }),
      await layoutOf({ ...linux, ...diffIds() }, []),
      await layoutOf({ ...linux, ...diffIds(other) }, [packed]),
    ]
    for (const bytes of taken) expect((await openArchive(bytes)).warnings).toEqual([])
  })

  it('warns of a layer that is said not to be compressed, but is', async () => {
    const bytes = await layoutOf({ ...linux, ...diffIds(other) }, [{ ...packed, type: LAYER }])
    expect((await openArchive(bytes)).warnings).toEqual([
      expect.stringMatching(/Layer 0 of sha256:.* is said not to be compressed, but it is/),
    ])
  })
})

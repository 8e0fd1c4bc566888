import { describe, expect, it } from 'vitest'
import { inspectDockerTar, TarReadError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'

describe('inspectDockerTar() of a File', () => {
  it('reads a File that was stored and loaded again', async () => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('stored.tar', { create: true })
    const writable = await handle.createWritable()
    await writable.write(await createTestArchive())
    await writable.close()
    expect((await inspectDockerTar(await handle.getFile())).layers).toHaveLength(2)
  })

  it('says that the file was changed after it was chosen', async () => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('changing.tar', { create: true })
    const write = async (bytes: Uint8Array<ArrayBuffer>) => {
      const writable = await handle.createWritable()
      await writable.write(bytes)
      await writable.close()
    }
    await write(await createTestArchive())
    const chosen = await handle.getFile()
    await write(new Uint8Array(100))
    await rejection(inspectDockerTar(chosen), TarReadError, /choose it again/)
  })
})

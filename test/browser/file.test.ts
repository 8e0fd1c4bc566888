import { describe, expect, it } from 'vitest'
import { commands } from 'vitest/browser'
import {
  inspectDockerTar,
  listRepositories,
  openRegistry,
  pushDockerTar,
  RegistryError,
  TarReadError,
} from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { chooseArchive } from '../support/chosen-archive.ts'
import { rejection } from '../support/errors.ts'

describe('a File that the user chose', () => {
  it('is read', async () => {
    const { file } = await chooseArchive(2, 1)
    expect((await inspectDockerTar(file)).layers).toHaveLength(2)
  })

  it('is to be chosen again, if it was removed', async () => {
    const { file, path } = await chooseArchive(2, 1)
    await commands.changeFile(path, 'remove')
    await rejection(inspectDockerTar(file), TarReadError, /removed after it was chosen/)
  })

  it('is no archive any more, if it became shorter', async () => {
    const { file, path } = await chooseArchive(2, 1)
    await commands.changeFile(path, { truncate: 100 })
    await rejection(inspectDockerTar(file), TarReadError)
  })

  it('is not pushed, if it was changed: either the engine says so, or its digests do', async () => {
    const { file, path } = await chooseArchive(2, 1)
    // In the first layer's data: past its entry's header, the file's header and the file's first bytes.
    await commands.changeFile(path, { overwrite: 512 + 512 + 5 })
    const embedded = createTestRegistry()
    const registry = openRegistry('http://registry.test', { fetch: embedded.fetch })
    await rejection(pushDockerTar(file, registry, 'team/app', 'v1'), RegistryError)
    expect(await listRepositories(registry)).toEqual([])
    expect(embedded.openUploads).toBe(0)
  })
})

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringPeer } from '../peers.ts'
import {
  type Consumer,
  type StartedConsumer,
  type TakenImage,
  tagOf,
  takeEach,
  type WrittenImages,
} from './consumer.ts'
import { readImage } from './read-image.ts'

// Debian's: 1.9.

/** It unpacks the layers. */
export const skopeoDockerArchive: Consumer = {
  title: 'skopeo copy docker-archive:',
  makesManifest: true,
  start: async () =>
    copying(({ path, names }, copy) =>
      takeEach(names, (name) => copy(`docker-archive:${path}${name === undefined ? '' : `:${name}`}`)),
    ),
}

export const skopeoOciArchive: Consumer = {
  title: 'skopeo copy oci-archive: with a tag',
  start: async () =>
    copying(({ path, names }, copy) =>
      takeEach(names, (name) => copy(`oci-archive:${path}${name === undefined ? '' : `:${tagOf(name)}`}`)),
    ),
}

export const skopeoWithoutTag: Consumer = {
  title: 'skopeo copy oci-archive: without a tag',
  start: async () => copying(({ path, names }, copy) => takeEach(names, () => copy(`oci-archive:${path}`))),
}

export const skopeoOci: Consumer = {
  title: 'skopeo copy oci: with a tag',
  takes: 'folder',
  start: async () =>
    copying(({ path, names }, copy) =>
      takeEach(names, (name) => copy(`oci:${path}${name === undefined ? '' : `:${tagOf(name)}`}`)),
    ),
}

type Take = (
  written: WrittenImages,
  copy: (source: string) => ReturnType<typeof readImage>,
) => Promise<readonly TakenImage[]>

function copying(take: Take): StartedConsumer {
  const skopeo = bringPeer('skopeo')
  const folder = mkdtempSync(join(tmpdir(), 'skopeo-'))

  /** Copies an image with all its platforms. skopeo verifies every byte on its way. */
  async function copy(source: string) {
    const target = join(folder, 'copy')
    rmSync(target, { recursive: true, force: true })
    await skopeo('copy', '--all', source, `dir:${target}`)
    const read = (name: string) => readFileSync(join(target, name), 'utf8')
    return readImage(read('manifest.json'), (digest) => {
      const hex = digest.slice('sha256:'.length)
      return read(existsSync(join(target, `${hex}.manifest.json`)) ? `${hex}.manifest.json` : hex)
    })
  }

  return {
    take: (written) => take(written, copy),
    async push({ path }, name) {
      await skopeo('copy', '--all', '--dest-tls-verify=false', `oci-archive:${path}`, `docker://${name}`)
    },
    stop: async () => rmSync(folder, { recursive: true }),
  }
}

import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../../oci/digest.ts'
import { isIndex } from '../../oci/manifest.ts'
import { parseManifest } from '../../oci/parse-manifest.ts'
import { BLOBS, type FolderRepository } from './folder-repository.ts'

/** The time in milliseconds that a blob stays without a manifest that lists it. */
const MAX_AGE = 24 * 60 * 60 * 1000

/**
 * Removes the blobs of a repository that no manifest lists, if they are older than a day. Removes none if a manifest
 * cannot be read.
 */
export async function removeGarbage(repository: FolderRepository): Promise<void> {
  const old = await oldBlobs(repository)
  const needed = old.length > 0 ? await neededBlobs(repository) : undefined
  if (!needed) return
  for (const digest of old) if (!needed.has(digest)) await rm(repository.pathOf(digest), { force: true })
}

async function oldBlobs(repository: FolderRepository): Promise<readonly Digest[]> {
  const old: Digest[] = []
  for (const hex of await readdir(join(repository.folder, BLOBS))) {
    const digest = `sha256:${hex}`
    if (!isDigest(digest) || repository.manifests.has(digest)) continue
    // A mount changes only this time: it is a link to an older file.
    const { ctimeMs } = await stat(repository.pathOf(digest))
    if (Date.now() - ctimeMs > MAX_AGE) old.push(digest)
  }
  return old
}

async function neededBlobs(repository: FolderRepository): Promise<ReadonlySet<Digest> | undefined> {
  const needed = new Set<Digest>()
  const manifests = [...repository.manifests.keys()]
  try {
    for (let digest = manifests.pop(); digest; digest = manifests.pop()) {
      if (needed.has(digest)) continue
      needed.add(digest)
      const manifest = parseManifest(await readFile(repository.pathOf(digest)), digest)
      if (isIndex(manifest)) manifests.push(...(await presentOf(repository, manifest.manifests)))
      else for (const one of [manifest.config, ...manifest.layers]) needed.add(one.digest)
    }
    return needed
  } catch {
    return undefined
  }
}

/** The manifests of an index that the repository has. Another tool may not list them. */
async function presentOf(
  repository: FolderRepository,
  entries: readonly { readonly digest: Digest }[],
): Promise<readonly Digest[]> {
  const found: Digest[] = []
  for (const { digest } of entries) if (await repository.findBlob(digest)) found.push(digest)
  return found
}

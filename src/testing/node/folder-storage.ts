import { randomUUID } from 'node:crypto'
import { copyFile, link, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RegistryError } from '../../errors.ts'
import { saving } from '../../node/saving.ts'
import type { Digest } from '../../oci/digest.ts'
import { bodyOf } from '../memory-storage.ts'
import { deleteOldUploads, newUpload, type Storage, type Upload } from '../storage.ts'
import { receiveBody } from './body-file.ts'
import { moveWhole } from './files.ts'
import { DRAFTS, markFolder, prepareFolder } from './folder-marker.ts'
import { FolderRepository } from './folder-repository.ts'
import { removeGarbage } from './garbage.ts'
import { type FolderLock, lockFolder } from './process-lock.ts'
import { findRepositories, folderOf, UPLOADS } from './repository-folders.ts'
import { UploadFile } from './upload-file.ts'

/** A registry in a folder. */
interface FolderStorage extends Storage {
  /** Lets other processes use the folder. */
  close(): Promise<void>
}

/**
 * Opens the registry in a folder. Removes what killed processes have left: unfinished files, uploads that nobody has
 * used for a day, and blobs that no manifest has listed for a day. With `readOnly`, it changes nothing in the folder,
 * and other processes may use it.
 *
 * @throws {RegistryError} if another process uses the folder, it has other content, or it cannot be used
 */
export async function openFolderStorage(path: string, { readOnly = false } = {}): Promise<FolderStorage> {
  const root = resolve(path)
  await prepareFolder(root, readOnly)
  const lock = readOnly ? undefined : await lockFolder(root)
  try {
    if (lock) {
      await saving(`"${root}"`, rm(join(root, DRAFTS), { recursive: true, force: true }))
      await saving(`"${root}"`, mkdir(join(root, DRAFTS)))
      await markFolder(root)
    }
    return await openContent(root, lock)
  } catch (error) {
    await lock?.release()
    throw error
  }
}

async function openContent(root: string, lock: FolderLock | undefined): Promise<FolderStorage> {
  const drafts = join(root, DRAFTS)
  const repositories = new Map<string, FolderRepository>()
  const opening = new Map<string, Promise<FolderRepository>>()
  const uploads = new Map<string, Upload>()
  const uploadPath = (repository: string, id: string) => join(folderOf(root, repository), UPLOADS, id)

  async function open(name: string): Promise<FolderRepository> {
    const known = repositories.get(name) ?? opening.get(name)
    if (known) return known
    const created = FolderRepository.create(folderOf(root, name), root, drafts)
    opening.set(name, created)
    try {
      const repository = await created
      repositories.set(name, repository)
      return repository
    } finally {
      opening.delete(name)
    }
  }

  function addUpload(id: string, repository: string, size = 0, usedAt = Date.now()): Upload {
    const path = uploadPath(repository, id)
    const bytes = new UploadFile(path, size, async (digest) => {
      await moveWhole(path, (await open(repository)).pathOf(digest))
      uploads.delete(id)
    })
    const upload = newUpload(id, repository, bytes, size, usedAt)
    uploads.set(id, upload)
    return upload
  }

  const storage: FolderStorage = {
    repositories,
    uploads,
    async receive(pieces) {
      if (!lock) return ignoreBody(pieces)
      if (lock.isHeld) return receiveBody(drafts, pieces)
      throw new RegistryError('FOLDER_UNUSABLE', `Cannot serve "${root}": another process has taken it over`, {
        remedy: 'stop one of them',
      })
    },
    openRepository: open,
    async openUpload(repository) {
      const id = randomUUID()
      const path = uploadPath(repository, id)
      await saving(`"${path}"`, mkdir(dirname(path), { recursive: true }))
      await saving(`"${path}"`, writeFile(path, ''))
      return addUpload(id, repository)
    },
    async deleteUpload(id) {
      const { repository } = uploads.get(id) ?? {}
      uploads.delete(id)
      if (repository !== undefined) await rm(uploadPath(repository, id), { force: true })
    },
    async mountBlob(digest, from, to) {
      const source = repositories.get(from)
      if (!(await source?.findBlob(digest)) || !source) return false
      const target = await open(to)
      if (source !== target) await linkBlob(digest, source, target, join(drafts, randomUUID()))
      return true
    },
    close: async () => lock?.release(),
  }

  for (const { name, folder, isWhole, uploads: ids } of await findRepositories(root)) {
    const repository = isWhole ? await FolderRepository.open(folder, drafts) : undefined
    if (repository) repositories.set(name, repository)
    if (!lock) continue
    for (const id of ids) {
      const file = await saving(`"${folder}"`, stat(join(folder, UPLOADS, id)))
      if (file.isFile()) addUpload(id, name, file.size, file.mtimeMs)
    }
    if (repository) await removeGarbage(repository)
  }
  if (lock) await deleteOldUploads(storage)
  return storage
}

/** Adds a blob to another repository as a link to the same file, or as a copy where the file system has no links. */
async function linkBlob(
  digest: Digest,
  source: FolderRepository,
  target: FolderRepository,
  draft: string,
): Promise<void> {
  const from = source.pathOf(digest)
  await saving(
    `"${draft}"`,
    link(from, draft).catch(() => copyFile(from, draft)),
  )
  await moveWhole(draft, target.pathOf(digest))
  // A rename to another link of the same file does nothing.
  await rm(draft, { force: true })
}

async function ignoreBody(pieces: AsyncIterable<Uint8Array>) {
  for await (const _ of pieces);
  return bodyOf(new Uint8Array())
}

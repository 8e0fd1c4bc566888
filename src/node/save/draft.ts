import { rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { OpenDescriptor } from '../archive/open-descriptor.ts'
import { saving } from '../saving.ts'
import { removeLeftovers, temporaryName } from '../temporary-files.ts'

/** A new file. It is in the folder where it gets its name at the end. */
interface Draft {
  write(bytes: Uint8Array, position: number): Promise<void>
  /**
   * Gives the file its name, instead of a file that has it. The bytes are on the disk before, so that not even a power
   * failure leaves half a file under the name.
   *
   * @param size In bytes. What was not written of it is zeros.
   */
  commit(size: number): Promise<void>
  /** Closes and removes the file, unless it has its name. */
  discard(): Promise<void>
}

/** Removes the temporary files that killed processes have left in a folder. */
export function removeOldDrafts(folder: string): Promise<void> {
  return removeLeftovers(folder, prefix())
}

/**
 * Opens a new file that gets its name when it is whole. A killed process leaves it behind under its temporary name, for
 * `removeOldDrafts`.
 *
 * @param mode The mode of the file. The umask applies.
 * @throws {RegistryError} if the file cannot be written
 */
export async function openDraft(path: string, mode = 0o666): Promise<Draft> {
  const [folder, what] = [dirname(path), `"${path}"`]
  const draft = join(folder, temporaryName(prefix()))
  const file = await saving(what, OpenDescriptor.open(draft, 'wx', mode))
  return {
    write: (bytes, position) => saving(what, file.write(bytes, position)),
    async commit(size) {
      await saving(what, file.resize(size))
      await saving(what, file.flush())
      await saving(what, file.close())
      await saving(what, rename(draft, path))
    },
    async discard() {
      await file.close()
      await rm(draft, { force: true })
    },
  }
}

/** Containers may share a folder, but not their process IDs: the host is a part of the name. */
function prefix(): string {
  return `.registry-api-v2-client-save-${hostname()}`
}

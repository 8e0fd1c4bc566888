/** The file of a picker. */
interface File {
  readonly name: string
  getFile(): Promise<Blob>
  createWritable(): Promise<unknown>
  remove(): Promise<void>
}

/** A folder that stands for the disk of the user. */
export interface PickerFolder {
  /** A `showSaveFilePicker` whose user takes the name that is proposed. As in Chromium, the file is there at once, empty. */
  readonly pick: (options: { readonly suggestedName: string }) => Promise<File>
  /** The names that were proposed. */
  readonly proposed: readonly string[]
  /** Returns the file of that name, if it is there. */
  read(name: string): Promise<Blob | undefined>
  remove(): Promise<void>
}

/** Makes a picker of files in a private folder of the page, or in its memory where the engine has no such folder. */
export async function pickInto(): Promise<PickerFolder> {
  const folder = 'storage' in navigator ? await privateFolder() : memoryFolder()
  const proposed: string[] = []
  return {
    ...folder,
    proposed,
    pick({ suggestedName }) {
      proposed.push(suggestedName)
      return folder.create(suggestedName)
    },
  }
}

interface Folder extends Pick<PickerFolder, 'read' | 'remove'> {
  create(name: string): Promise<File>
}

/** File System Standard § Bucket File System. */
async function privateFolder(): Promise<Folder> {
  const root = await navigator.storage.getDirectory()
  const name = `picked-${Math.random()}`
  const folder = await root.getDirectoryHandle(name, { create: true })
  return {
    async create(name) {
      const handle = await folder.getFileHandle(name, { create: true })
      return Object.assign(handle, { remove: () => folder.removeEntry(name) })
    },
    read: (name) =>
      folder.getFileHandle(name).then(
        (handle) => handle.getFile(),
        () => undefined,
      ),
    remove: () => root.removeEntry(name, { recursive: true }),
  }
}

function memoryFolder(): Folder {
  const files = new Map<string, Blob>()
  return {
    async create(name) {
      files.set(name, new Blob())
      return {
        name,
        getFile: async () => files.get(name) ?? Promise.reject(new DOMException('It is gone.', 'NotFoundError')),
        async createWritable() {
          const pieces: Uint8Array<ArrayBuffer>[] = []
          return {
            write: async (piece: Uint8Array<ArrayBuffer>) => void pieces.push(piece.slice()),
            close: async () => void files.set(name, new Blob(pieces)),
            abort: async () => undefined,
          }
        },
        remove: async () => void files.delete(name),
      }
    },
    read: async (name) => files.get(name),
    remove: async () => files.clear(),
  }
}

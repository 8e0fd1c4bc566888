import type { ArchiveInput } from 'registry-api-v2-client'

/** What was dropped: a file, or the files of a folder by their paths. */
export interface Dropped {
  readonly name: string
  /** In bytes. */
  readonly size: number
  readonly input: ArchiveInput
  /** How many files and folders came with it, and are left out. */
  readonly others: number
}

/** Finds what was dropped on the page. It has to be called while the event is handled: afterwards a drop is empty. */
export async function readDropped(items: DataTransferItemList): Promise<Dropped | undefined> {
  const entry = items[0]?.webkitGetAsEntry()
  const file = items[0]?.getAsFile()
  const others = items.length - 1
  if (isFolder(entry)) {
    const files = new Map<string, File>()
    for await (const found of filesUnder(entry)) files.set(found.path, found.file)
    return {
      name: entry.name,
      size: [...files.values()].reduce((sum, { size }) => sum + size, 0),
      input: files,
      others,
    }
  }
  return file ? { name: file.name, size: file.size, input: file, others } : undefined
}

async function* filesUnder(folder: FileSystemDirectoryEntry): AsyncGenerator<{ path: string; file: File }> {
  const reader = folder.createReader()
  // A browser gives them in portions, and an empty one at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (entries.length === 0) return
    for (const entry of entries) {
      if (isFolder(entry)) yield* filesUnder(entry)
      if (!isFile(entry)) continue
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
      yield { path: entry.fullPath, file }
    }
  }
}

function isFolder(entry: FileSystemEntry | null | undefined): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

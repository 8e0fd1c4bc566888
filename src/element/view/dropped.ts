import type { EntryInput } from '../queue/entry.ts'

/** Newer than the DOM types: absent on plain http, and in engines other than Chromium. */
type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }

/** Tells whether files are being dragged: text and links go their usual way. */
export function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}

/**
 * Finds the files and folders of a drop. Call it while the event is handled: afterwards a drop is empty.
 *
 * @returns one input for each file and each folder that was dropped
 */
export async function readDropped(items: DataTransferItemList): Promise<readonly EntryInput[]> {
  const found = [...items].filter(({ kind }) => kind === 'file').map(readItem)
  return (await Promise.all(found)).filter((input) => input !== undefined)
}

async function readItem(item: Item): Promise<EntryInput | undefined> {
  const entry = item.webkitGetAsEntry()
  const file = item.getAsFile()
  const handle = item.getAsFileSystemHandle?.().catch(() => undefined)
  if (isFolder(entry)) return { name: entry.name, input: await readFolder(entry) }
  return file ? { name: file.name, input: file, handle: fileHandle(await handle) } : undefined
}

function fileHandle(handle: FileSystemHandle | null | undefined): FileSystemFileHandle | undefined {
  return handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined
}

/** Makes inputs of the files of `<input type="file">`: one each, or one of all files of a folder. */
export function readChosen(files: Iterable<File>): readonly EntryInput[] {
  const inputs: EntryInput[] = []
  const folders = new Map<string, Map<string, File>>()
  for (const file of files) {
    const [folder = '', ...rest] = file.webkitRelativePath.split('/')
    if (rest.length === 0) {
      inputs.push({ name: file.name, input: file })
      continue
    }
    const found = folders.get(folder) ?? new Map<string, File>()
    folders.set(folder, found.set(file.webkitRelativePath, file))
  }
  return [...inputs, ...[...folders].map(([name, input]) => ({ name, input }))]
}

async function readFolder(folder: FileSystemDirectoryEntry): Promise<Map<string, File>> {
  const files = new Map<string, File>()
  for await (const { path, file } of filesUnder(folder)) files.set(path, file)
  return files
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

function isFolder(entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry {
  return entry?.isDirectory === true
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

import { createTar, parseTar } from 'nanotar'
import { createTestArchive, type TestArchiveOptions } from '../../src/testing/index.ts'

/** The files of an archive, by name, to be changed at will. */
export type ArchiveFiles = Map<string, Uint8Array | string>

/** Takes a test archive apart, lets its files be changed, and puts it together again. */
export async function changedArchive(
  options: TestArchiveOptions,
  change: (files: ArchiveFiles) => void | Promise<void>,
): Promise<Uint8Array> {
  const entries = parseTar(await createTestArchive(options))
  const files: ArchiveFiles = new Map(entries.map(({ name, data }) => [name, data ?? new Uint8Array(0)]))
  await change(files)
  return createTar([...files].map(([name, data]) => ({ name, data })))
}

/** A JSON file of the archive. */
export function readJson(files: ArchiveFiles, name: string): ReturnType<typeof JSON.parse> {
  const data = files.get(name)
  return JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data))
}

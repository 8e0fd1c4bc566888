import { folderSessions, listUnfinishedUploads, parseRegistryAddress, type UnfinishedUpload } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import { formatPlace, nameOf, type Place, parsePlace, readRegistryAddress } from '../input/place.ts'
import { formatAge, formatBytes } from '../terminal/format.ts'
import { formatTable } from '../terminal/table.ts'
import { UsageError } from '../terminal/usage-error.ts'

/**
 * Finds the uploads that a push or a copy with `--resume` would continue.
 *
 * @param text A registry, a repository, or a repository with the digest of a blob. Default: all uploads.
 * @throws {UsageError} if the text has a tag
 */
export async function findUploads(context: Context, text?: string): Promise<readonly UnfinishedUpload[]> {
  const uploads = await listUnfinishedUploads(folderSessions())
  if (text === undefined) return uploads
  const place = readUploadPlace(text)
  const { url } = await context.openRegistry(place.registry)
  const isAt = (wanted: string | undefined, value: string) => wanted === undefined || wanted === value
  return uploads.filter(({ registry, repository, digest }) => {
    return registry === url && isAt(place.repository, repository) && isAt(place.digest, digest)
  })
}

function readUploadPlace(text: string): Pick<Place, 'registry' | 'digest'> & { readonly repository?: string } {
  const registry = readRegistryAddress(text)
  if (registry !== undefined) return { registry }
  const { tag, ...place } = parsePlace(text)
  if (tag === undefined) return place
  throw new UsageError(`Cannot find an upload by "${text}": uploads have no tag`, `pass ${nameOf(place)}`)
}

/** Formats an upload so that `findUploads` finds it. The scheme is left out if it is the default one. */
export function formatUpload({ registry, repository, digest }: UnfinishedUpload): string {
  const name = formatPlace({ registry, repository, digest })
  const { href } = parseRegistryAddress(parsePlace(name).registry)
  return href === registry ? name : `${registry}${repository}@${digest}`
}

const COLUMNS = [
  { title: 'SENT', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'SAVED' },
  { title: 'UPLOAD', isCut: true },
] as const

/** Formats uploads as a table, if there are any. */
export function uploadTable(uploads: readonly UnfinishedUpload[], columns: number | undefined): readonly string[] {
  if (uploads.length === 0) return []
  const rows = uploads.map((upload) => {
    const { sentBytes, size, savedAt } = upload
    const age = formatAge(new Date(savedAt).toISOString())
    return [formatBytes(sentBytes), formatBytes(size), age, formatUpload(upload)]
  })
  return formatTable(COLUMNS, rows, columns)
}

import type { TagDetails } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { nameOf, parsePlace } from '../input/place.ts'
import { collect, listing } from '../look/listing.ts'
import { readTagDetails, readTags, type TagsChoice } from '../look/read-tags.ts'
import { describeFailure } from '../terminal/failure.ts'
import { formatAge, formatBytes } from '../terminal/format.ts'
import { failureDocument } from '../terminal/output.ts'
import { type Cells, type Column, streamTable } from '../terminal/table.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface TagsFlags extends TagsChoice {
  readonly details?: true | undefined
}

const COLUMNS: readonly Column[] = [
  { title: 'TAG' },
  { title: 'DIGEST', isCut: true },
  { title: 'SIZE', align: 'right' },
  { title: 'CREATED' },
  { title: 'PLATFORMS', isCut: true },
]

/** Lists the tags of a repository: their names, or a table. */
export async function tags(context: Context, text: string, flags: TagsFlags): Promise<Result> {
  const { registry, repository, tag, digest } = parsePlace(text)
  if (tag !== undefined || digest !== undefined) {
    throw new UsageError(
      `Cannot list the tags of "${text}": it names an image`,
      `pass the repository ${nameOf({ registry, repository })}`,
    )
  }
  const handle = await context.openRegistry(registry)
  if (!flags.details && flags.sort !== 'date') {
    return listing(context, () => readTags(context, handle, repository, flags))
  }
  const rows = readTagDetails(context, handle, repository, flags)
  return flags.details ? tagTable(context, rows) : listing(context, () => namesOf(rows))
}

async function* namesOf(rows: AsyncIterable<TagDetails>): AsyncGenerator<string> {
  for await (const { tag } of rows) yield tag
}

/** Makes a table. A row that could not be read is a warning, and the command fails in the end. */
async function tagTable({ settings, columns, onWarning }: Context, rows: AsyncIterable<TagDetails>): Promise<Result> {
  let hasFailed = false
  async function* watched(): AsyncGenerator<TagDetails> {
    for await (const row of rows) {
      yield row
      if (!row.error) continue
      hasFailed = true
      onWarning(`${row.tag}: ${row.error.fault}`)
    }
  }
  async function* cells(): AsyncGenerator<Cells> {
    for await (const row of watched()) yield cellsOf(row)
  }
  return {
    json: settings.json && (await collect(watched())).map(documentOf),
    lines: streamTable(COLUMNS, cells(), columns),
    get exitCode() {
      return hasFailed ? 1 : 0
    },
  }
}

function cellsOf({ tag, digest, totalSize, created, platforms, artifactType }: TagDetails): Cells {
  const size = totalSize === undefined ? '-' : formatBytes(totalSize)
  return [tag, digest ?? '-', size, formatAge(created) || '-', platforms.join(',') || artifactType || '-']
}

function documentOf({ error, blobs: _, ...row }: TagDetails): object {
  return { ...row, ...(error && (failureDocument(describeFailure(error)) as object)) }
}

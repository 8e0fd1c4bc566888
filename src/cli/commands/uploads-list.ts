import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { findUploads, uploadTable } from '../transfer/unfinished-uploads.ts'

/** Lists the uploads that a push with `--resume` continues. */
export async function uploadsList(context: Context, place: string | undefined): Promise<Result> {
  const uploads = await findUploads(context, place)
  if (uploads.length === 0) context.note(`No upload is unfinished${place === undefined ? '' : ` at ${place}`}.`)
  return { json: { uploads }, lines: uploadTable(uploads, context.columns) }
}

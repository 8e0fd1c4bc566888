import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import type { InputChoice } from '../input/open-image.ts'
import { parseDocument, readConfig } from '../look/read-document.ts'

/** Prints the exact bytes of a config; with `--json`, a document with its digest and media type. */
export async function config(context: Context, text: string, choice: InputChoice): Promise<Result | undefined> {
  const { mediaType, digest, size, bytes } = await readConfig(context, text, choice)
  if (context.settings.json) return { json: { mediaType, digest, size, config: parseDocument(bytes) }, lines: [] }
  await context.writeBytes([bytes])
  return undefined
}

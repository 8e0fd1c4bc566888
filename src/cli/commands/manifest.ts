import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import type { InputChoice } from '../input/open-image.ts'
import { parseDocument, readManifest } from '../look/read-document.ts'

/** Prints the exact bytes of a manifest or an index; with `--json`, a document with its digest and media type. */
export async function manifest(context: Context, text: string, choice: InputChoice): Promise<Result | undefined> {
  const { mediaType, digest, size, bytes } = await readManifest(context, text, choice)
  if (context.settings.json) return { json: { mediaType, digest, size, manifest: parseDocument(bytes) }, lines: [] }
  await context.writeBytes([bytes])
  return undefined
}

import { readUpTo } from './body.ts'
import { redactJson } from './redact.ts'

/** In bytes: what of an error's body is read at most. */
const MAX_ERROR_BODY = 64 * 1024
/** In milliseconds. */
const MAX_ERROR_WAIT = 5_000

/**
 * Reads an error's body, up to a limit of bytes and of time, and takes out secrets that it echoes. The status counts
 * without it too.
 */
export async function boundErrorBody(
  response: Response,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Response> {
  if (!response.body) return response
  const { status, statusText, headers } = response
  const limited = AbortSignal.any([signal, AbortSignal.timeout(MAX_ERROR_WAIT)])
  const { bytes } = await readUpTo(response.body, MAX_ERROR_BODY, limited).catch(() => {
    signal.throwIfAborted()
    return { bytes: undefined }
  })
  return new Response(redactJson(new TextDecoder().decode(bytes), secrets), { status, statusText, headers })
}

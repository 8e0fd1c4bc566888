import { RegistryError } from 'registry-api-v2-client'

/**
 * Collects a stream in a `Blob`, which the browser keeps on its disk.
 *
 * @throws {RegistryError} if the browser has no room for it; the error of the stream if that fails
 */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  let failure: { readonly error: unknown } | undefined
  const reader = stream.getReader()
  const observed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array<ArrayBuffer>)
      } catch (error) {
        failure = { error }
        controller.error(error)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  try {
    return await new Response(observed).blob()
  } catch (cause) {
    // Browsers report only that it failed, not why.
    if (failure) throw failure.error
    throw new RegistryError('STORAGE_FAILED', 'Cannot save the file: the browser has no room for it', { cause })
  }
}

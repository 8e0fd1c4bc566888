/**
 * Makes a stream break off where nothing comes of it for so long: whoever waits for a server that has fallen silent would wait for ever.
 *
 * @param limit In milliseconds.
 */
export function endSilence(stream: ReadableStream<Uint8Array>, limit: number): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      let timer: ReturnType<typeof setTimeout> | undefined
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new TypeError(`nothing came for ${limit} ms`)), limit)
      })
      try {
        const { done, value } = await Promise.race([reader.read(), silence])
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        // The rest is not wanted, and a failure to say so changes nothing.
        reader.cancel(error).catch(() => undefined)
        throw error
      } finally {
        clearTimeout(timer)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }
  // Nothing is read ahead: who takes his time does not make the server silent.
  return new ReadableStream(source, { highWaterMark: 0 })
}

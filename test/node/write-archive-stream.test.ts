import { describe, expect, it } from 'vitest'
import {
  createWriteController,
  DigestMismatchError,
  type Image,
  type Source,
  TarReadError,
  ValidationError,
  type WriteProgress,
  writeArchive,
} from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { appArchive, writeTar } from '../support/writing.ts'

// How the bytes of an archive flow: verified, one piece at a time, under control.

describe('the stream of writeArchive()', () => {
  const changed = (image: Image, source: Source): Image => {
    const [layer] = image.layers
    return { ...image, layers: layer ? [{ ...layer, source }] : [] } as Image
  }

  async function withLayer(read: Source['read']): Promise<{ image: Image; layer: Source }> {
    const [image] = (await appArchive()).images
    const layer = image?.layers[0]?.source as Source
    return { image: changed(image as Image, { size: layer.size, read }), layer }
  }

  /** All that a stream gives before it fails. */
  async function readUntilFailure(stream: ReadableStream<Uint8Array>): Promise<{ bytes: number; error: unknown }> {
    const reader = stream.getReader()
    let bytes = 0
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return { bytes, error: undefined }
        bytes += value.length
      }
    } catch (error) {
      return { bytes, error }
    }
  }

  it('fails before its end if a blob has other bytes', async () => {
    const { image } = await withLayer(async (start, end) => new Uint8Array(end - start))
    const written = await writeArchive([image])
    const { bytes, error } = await readUntilFailure(written.stream())
    expect(error).toBeInstanceOf(DigestMismatchError)
    expect(String(error)).toContain(`the layer ${image.layers[0]?.digest}`)
    // The last piece of the wrong blob does not come.
    expect(bytes).toBeLessThanOrEqual(written.size - 1024 - (image.layers[0]?.size ?? 0))
  })

  it('fails if an empty blob should not be empty', async () => {
    const [image] = (await appArchive()).images
    const layers = image?.layers.map((layer) => ({
      ...layer,
      size: 0,
      source: { size: 0, read: async () => new Uint8Array() },
    }))
    const written = await writeArchive([{ ...image, layers } as Image])
    expect((await readUntilFailure(written.stream())).error).toBeInstanceOf(DigestMismatchError)
  })

  it('fails if a source is lost, or gives too little', async () => {
    const lost = new TarReadError('FILE_UNREADABLE', 'Cannot read the file: it is gone')
    const { image } = await withLayer(() => Promise.reject(lost))
    expect((await readUntilFailure((await writeArchive([image])).stream())).error).toBe(lost)
    const short = await withLayer(async () => new Uint8Array(1))
    const { error } = await readUntilFailure((await writeArchive([short.image])).stream())
    expect(error).toBeInstanceOf(TarReadError)
  })

  it('reads nothing before it is asked', async () => {
    let reads = 0
    const { image } = await withLayer(async (start, end) => {
      reads++
      return new Uint8Array(end - start)
    })
    const written = await writeArchive([image])
    const reader = written.stream().getReader()
    // Of two JSON files, manifest.json, the manifest and the config: a header and the bytes each.
    for (let read = 0; read < 10; read++) await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(reads).toBe(0)
    await reader.cancel()
  })

  it.each(['cancel', 'abort'] as const)('ends the read under way on %s', async (way) => {
    let started = () => {}
    const reading = new Promise<void>((resolve) => {
      started = resolve
    })
    let seen: AbortSignal | undefined
    const { image } = await withLayer((_start, _end, signal) => {
      seen = signal
      started()
      // A source that never answers, and ignores the signal.
      return new Promise(() => {})
    })
    const aborting = new AbortController()
    const written = await writeArchive([image], { signal: aborting.signal })
    const reader = written.stream().getReader()
    const read = (async () => {
      while (!(await reader.read()).done);
    })()
    await reading
    const reason = new Error('enough')
    if (way === 'abort') {
      aborting.abort(reason)
      await expect(read).rejects.toBe(reason)
    } else {
      await reader.cancel(reason)
      await read
    }
    expect(seen?.aborted).toBe(true)
  })
})

describe('writeArchive() under control', () => {
  /** Reads a stream in the background. */
  function reading(stream: ReadableStream<Uint8Array>): { readonly received: number; readonly done: Promise<void> } {
    let received = 0
    const read = async () => {
      const reader = stream.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) received += next.value.length
    }
    const done = read()
    done.catch(() => undefined)
    return {
      done,
      get received() {
        return received
      },
    }
  }
  const soon = () => new Promise((resolve) => setTimeout(resolve, 30))

  it('tells how far each blob and the whole is', async () => {
    const { images } = await appArchive()
    const progress: WriteProgress[] = []
    await writeTar(images, { onProgress: (snapshot) => progress.push(snapshot) })
    const [first, last] = [progress[0], progress.at(-1)]
    const [image] = images
    const blobs = [image?.manifest, image?.config, ...(image?.layers ?? [])]
    const totalBytes = blobs.reduce((sum, blob) => sum + (blob?.size ?? 0), 0)
    expect(first).toMatchObject({ phase: 'write', writtenBytes: 0, totalBytes })
    expect(last).toMatchObject({ phase: 'done', writtenBytes: totalBytes, totalBytes, remainingSeconds: 0 })
    expect(last?.blobs).toEqual(
      blobs.map((blob, index) => ({
        mediaType: blob?.mediaType,
        digest: blob?.digest,
        size: blob?.size,
        kind: ['manifest', 'config', 'layer'][index],
        state: 'written',
        writtenBytes: blob?.size,
      })),
    )
  })

  it('pauses, resumes, and tells the readers of the controller', async () => {
    const { images } = await appArchive()
    const controller = createWriteController()
    controller.pause()
    const written = await writeArchive(images, { controller })
    const phases = (async () => {
      const seen: string[] = []
      for await (const { phase } of controller) seen.push(phase)
      return seen
    })()
    const read = reading(written.stream())
    await soon()
    expect(read.received).toBeLessThan(written.size - 1024)
    controller.resume()
    await read.done
    expect(read.received).toBe(written.size)
    expect((await phases).at(-1)).toBe('done')
  })

  it('fails with the reason of an abort, also in a pause', async () => {
    const controller = createWriteController()
    controller.pause()
    const written = await writeArchive((await appArchive()).images, { controller })
    const read = reading(written.stream())
    await soon()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(read.done).rejects.toBe(reason)
    await rejection(writeArchive((await appArchive()).images, { controller }), TypeError, /Cannot use controller/)
  })

  it('keeps to maxBytesPerSecond', async () => {
    const { images } = await appArchive('team/app:v1', { text: 'x'.repeat(200_000) })
    const start = performance.now()
    await writeTar(images, { maxBytesPerSecond: 500_000 })
    expect(performance.now() - start).toBeGreaterThan(250)
  })

  it('ends the progress when it is closed without a stream, or fails', async () => {
    const [closed, failed] = [createWriteController(), createWriteController()]
    await (await writeArchive((await appArchive()).images, { controller: closed })).close()
    await rejection(writeArchive([], { controller: failed }), ValidationError)
    for (const controller of [closed, failed]) {
      expect(await controller[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
    }
  })
})

import { openRegistry, type PushOptions, pushDockerTar, type UploadEvent, type UploadProfile } from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type TestRegistryOptions } from '../../src/testing/index.ts'
import { recordingFetch } from './recording-fetch.ts'

/** Answers a request: by `go`, or by a request of its own to the registry. */
export type Behave = (
  request: Request,
  go: () => Promise<Response>,
  ask: (request: Request) => Promise<Response>,
) => Promise<Response> | Response

/** What of a disturbed push is not as ever. */
export interface DisturbedPush extends PushOptions {
  /** The text in the file of each layer. @default one, of 10 240 bytes as a layer */
  readonly layers?: readonly string[]
  readonly registry?: TestRegistryOptions
  readonly profile?: Partial<UploadProfile>
}

/** Pushes, in chunks of 1024 and one blob at a time, through a network that behaves like this. */
export async function disturbedPush(
  behave: Behave,
  { layers = ['content'], registry: rules, profile, ...options }: DisturbedPush = {},
) {
  const registry = createTestRegistry(rules)
  const recorder = recordingFetch(async (request) => behave(request, () => registry.fetch(request), registry.fetch))
  const handle = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0, ...(profile && { profile }) })
  const events: UploadEvent[] = []
  const sent: number[] = []
  const archive = await createTestArchive({ images: [{ layers: layers.map((file) => ({ file })) }] })
  const pushing = pushDockerTar(archive, handle, 'a', 'v1', {
    chunkSize: 1024,
    concurrency: 1,
    lookups: 1,
    uploadRetryDelay: 1,
    onEvent: (event) => events.push(event),
    onProgress: ({ sentBytes }) => sent.push(sentBytes),
    ...options,
  })
  const ranges = () => recorder.exchanges.map(({ headers }) => headers.get('content-range')).filter(Boolean)
  return { registry, recorder, handle, events, sent, pushing, ranges }
}

/** Does something at the nth request of this method for a blob, and nothing at all others. */
export function at(wanted: string, nth: number, act: Behave, times = 1): Behave {
  let count = 0
  return (request, go, ask) => {
    const isBlob = request.url.includes('/blobs/')
    if (request.method === wanted && isBlob) count++
    const isTime = request.method === wanted && isBlob && count >= nth && count < nth + times
    return isTime ? act(request, go, ask) : go()
  }
}

/** No answer, and nothing arrived. */
export const broken = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) })
}

/** No answer, but all was carried out. */
export const lost: Behave = async (_, go) => {
  await go()
  return broken()
}

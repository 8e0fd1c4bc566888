import { type Descriptor, openRegistry, type RegistryOptions } from '../../src/index.ts'
import type { LayoutBuilder } from './layout.ts'
import { type RecordingFetch, recordingFetch } from './recording-fetch.ts'

/** Answers a request in the place of the registry, or returns nothing. */
type Change = (path: string, request: Request) => Response | Promise<Response | undefined> | undefined

/**
 * A registry that gives the manifests and blobs of a layout, and checks nothing. It takes ranges.
 *
 * @param root What the tag `v1` names.
 */
export function openStored(
  layout: LayoutBuilder,
  root: Descriptor,
  change: Change = () => undefined,
  options: RegistryOptions = {},
) {
  const recorder: RecordingFetch = recordingFetch(async (request) => {
    const { pathname } = new URL(request.url)
    return (await change(pathname, request)) ?? give(layout, root, pathname, request)
  })
  const registry = openRegistry('https://registry.test', { fetch: recorder.fetch, retry: 0, ...options })
  const paths = () =>
    recorder.exchanges.map(
      ({ method, url }) => `${method} ${url.pathname.replace(/^\/v2\/[^.]*?\/(?=manifests|blobs|referrers)/, '')}`,
    )
  return { registry, fetch: recorder.fetch, exchanges: recorder.exchanges, paths }
}

function give(layout: LayoutBuilder, root: Descriptor, path: string, request: Request): Response {
  const reference = path.split('/').at(-1) as string
  const digest = reference === 'v1' ? root.digest : reference
  const content = layout.files.get(`blobs/sha256/${digest.slice('sha256:'.length)}`)
  if (content === undefined || path.includes('/referrers/')) return new Response(null, { status: 404 })
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const isBlob = path.includes('/blobs/')
  const start = Number(/^bytes=([0-9]+)-$/.exec((isBlob && request.headers.get('range')) || '')?.[1] ?? 0)
  const headers = {
    'content-length': String(bytes.length - start),
    ...(!isBlob && { 'docker-content-digest': digest }),
  }
  const body = request.method === 'HEAD' ? null : bytes.slice(start)
  if (start === 0) return new Response(body, { headers })
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
  return new Response(body, { status: 206, headers: { ...headers, 'content-range': range } })
}

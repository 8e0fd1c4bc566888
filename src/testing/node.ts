import type { ServerRequest } from 'srvx'
import { serve } from 'srvx/node'
import { BrokenConnection } from './broken-connection.ts'
import { createTestRegistry, type TestRegistry, type TestRegistryOptions } from './test-registry.ts'

export type {
  ChangedFault,
  CutAnswerFault,
  CutFault,
  Fault,
  FaultMatch,
  FlippedFault,
  LocationFault,
  LostFault,
  OtherRangeFault,
  ResizedFault,
  SilentFault,
  SlowFault,
  StaleFault,
  StalledFault,
  StatusFault,
  ThrottledFault,
  WholeFault,
} from './faults.ts'
export type { ObjectStorageOptions } from './object-storage.ts'
export type { RegistryProfile } from './profiles.ts'
export type { TestCredentials } from './sign-in.ts'
export type { TestRegistry, TestRegistryOptions, TestRequest } from './test-registry.ts'

/** An in-memory registry that is served over HTTP. */
export interface ServedTestRegistry extends TestRegistry {
  /** The address, such as `http://127.0.0.1:5000/`. */
  readonly url: string
  /** Stops the server and closes its connections. */
  close(): Promise<void>
}

/**
 * Serves an in-memory registry over HTTP, for clients that are not JavaScript: `docker`, `skopeo`, `curl`, a browser.
 *
 * @param options.port The port to listen on. @default a free port
 * @param options.hostname The address to listen on. @default 127.0.0.1, which other machines cannot reach
 */
export async function serveTestRegistry(
  options: TestRegistryOptions & { readonly port?: number; readonly hostname?: string } = {},
): Promise<ServedTestRegistry> {
  const { port = 0, hostname = '127.0.0.1', objectStorage, ...rules } = options
  const fetch = (request: ServerRequest) => registry.fetch(request).catch((error) => reset(request, error))
  const listen = async (port: number) => {
    const server = serve({ port, hostname, fetch, silent: true, gracefulShutdown: false })
    await server.ready()
    return server
  }
  // Another port is another origin.
  const objects = objectStorage && objectStorage.origin === undefined ? await listen(0) : undefined
  const origin = objects && new URL(objects.url as string).origin
  const registry = createTestRegistry({
    ...rules,
    ...(objectStorage && { objectStorage: { ...objectStorage, ...(origin && { origin }) } }),
  })
  const server = await listen(port)
  return {
    fetch: registry.fetch,
    requests: registry.requests,
    get openUploads() {
      return registry.openUploads
    },
    get bodyBytes() {
      return registry.bodyBytes
    },
    get downloadedBytes() {
      return registry.downloadedBytes
    },
    get openBodies() {
      return registry.openBodies
    },
    get faultsLeft() {
      return registry.faultsLeft
    },
    url: server.url as string,
    async close() {
      await Promise.all([server.close(true), objects?.close(true)])
    },
  }
}

/** Resets the connection when a fault breaks it, so that HTTP clients see a network failure. */
function reset({ runtime }: ServerRequest, error: unknown): Response {
  if (!(error instanceof BrokenConnection)) throw error
  // The socket may already be detached from the request.
  runtime?.node?.res?.socket?.resetAndDestroy()
  return new Response()
}

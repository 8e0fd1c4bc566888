import type { ServerRequest } from 'srvx'
import { serve } from 'srvx/node'
import { BrokenConnection } from './fault-effects.ts'
import { createTestRegistry, type TestRegistry, type TestRegistryOptions } from './test-registry.ts'

export type {
  CutFault,
  Fault,
  FaultMatch,
  LocationFault,
  LostFault,
  SilentFault,
  SlowFault,
  StaleFault,
  StatusFault,
} from './faults.ts'
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
  const { port = 0, hostname = '127.0.0.1', ...rules } = options
  const registry = createTestRegistry(rules)
  const fetch = (request: ServerRequest) => registry.fetch(request).catch((error) => reset(request, error))
  const server = serve({ port, hostname, fetch, silent: true, gracefulShutdown: false })
  await server.ready()
  return {
    fetch: registry.fetch,
    requests: registry.requests,
    get openUploads() {
      return registry.openUploads
    },
    get bodyBytes() {
      return registry.bodyBytes
    },
    get faultsLeft() {
      return registry.faultsLeft
    },
    url: server.url as string,
    close: () => server.close(true),
  }
}

/** Resets the connection when a fault breaks it, so that HTTP clients see a network failure. */
function reset({ runtime }: ServerRequest, error: unknown): Response {
  if (!(error instanceof BrokenConnection)) throw error
  // The socket may already be detached from the request.
  runtime?.node?.res?.socket?.resetAndDestroy()
  return new Response()
}

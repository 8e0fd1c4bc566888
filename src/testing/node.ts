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

/** A registry in memory that listens. */
export interface ServedTestRegistry extends TestRegistry {
  /** Where it listens, as `http://127.0.0.1:5000/`. */
  readonly url: string
  /** Stops it and closes its connections. */
  close(): Promise<void>
}

/**
 * Serves a registry in memory over HTTP, for everything that is no JavaScript: `docker`, `skopeo`, `curl`, a browser.
 *
 * @param options.port @default a free one
 * @param options.hostname @default 127.0.0.1, which nobody reaches from outside
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

/** Breaks the connection where a fault says so: over HTTP clients see what they see of a registry that is gone. */
function reset({ runtime }: ServerRequest, error: unknown): Response {
  if (!(error instanceof BrokenConnection)) throw error
  // The request may have let go of it.
  runtime?.node?.res?.socket?.resetAndDestroy()
  return new Response()
}

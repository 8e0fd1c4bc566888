import { serve } from 'srvx/node'
import type { TestProject } from 'vitest/node'
import { createTestRegistry } from '../../src/testing/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A registry that allows no page of another origin anything. */
    registryWithoutCors: string
    /** A registry that answers pages, but lets them read none of its own headers. */
    registryWithoutExposedHeaders: string
  }
}

/** Serves registries that are set up for everything but web pages. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = [
    await serveWithout('registryWithoutCors', /^access-control-/, project),
    await serveWithout('registryWithoutExposedHeaders', /^access-control-expose-headers$/, project),
  ]
  return async () => {
    await Promise.all(servers.map((server) => server.close(true)))
  }
}

async function serveWithout(
  name: 'registryWithoutCors' | 'registryWithoutExposedHeaders',
  header: RegExp,
  project: TestProject,
): Promise<ReturnType<typeof serve>> {
  const registry = createTestRegistry()
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    gracefulShutdown: false,
    async fetch(request) {
      const response = await registry.fetch(request)
      for (const key of [...response.headers.keys()]) if (header.test(key)) response.headers.delete(key)
      return response
    },
  })
  await server.ready()
  project.provide(name, server.url as string)
  return server
}

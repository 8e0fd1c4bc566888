import type { TestProject } from 'vitest/node'
import { type LoopbackServer, serveOnLoopback } from '../../scripts/loopback-server.js'
import { openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { startFaultyRegistries } from './faulty-registries.ts'
import { LISTED_TAGS } from './listed-tags.ts'
import { serveRedirectingRegistry, USER } from './redirecting-registry.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A registry that allows no page of another origin anything. */
    registryWithoutCors: string
    /** A registry that answers pages, but lets them read none of its own headers. */
    registryWithoutExposedHeaders: string
    /** A registry that redirects downloads to another origin, which tells at `seenUrl` what it has seen. */
    redirectingRegistry: { readonly url: string; readonly seenUrl: string; readonly credentials: typeof USER }
  }
}

/** Serves registries that are set up for everything but web pages, and one whose downloads are elsewhere. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = [
    await serveWithout('registryWithoutCors', /^access-control-/, project),
    await serveWithout('registryWithoutExposedHeaders', /^access-control-expose-headers$/, project),
  ]
  const stopFaulty = await startFaultyRegistries(project)
  const redirecting = await serveRedirectingRegistry()
  const { url, seenUrl } = redirecting
  project.provide('redirectingRegistry', { url, seenUrl, credentials: USER })
  return async () => {
    await Promise.all([stopFaulty(), redirecting.close(), ...servers.map((server) => server.close())])
  }
}

async function serveWithout(
  name: 'registryWithoutCors' | 'registryWithoutExposedHeaders',
  header: RegExp,
  project: TestProject,
): Promise<LoopbackServer> {
  const registry = createTestRegistry({ pageSize: 10 })
  const handle = openRegistry('http://registry.test', { fetch: registry.fetch })
  for (const tag of LISTED_TAGS) await pushDockerTar(await createTestArchive(), handle, 'team/listed', tag)
  const server = await serveOnLoopback(async (request) => {
    const response = await registry.fetch(request)
    for (const key of [...response.headers.keys()]) if (header.test(key)) response.headers.delete(key)
    return response
  })
  project.provide(name, server.url)
  return server
}

import { eraseDockerCredentials } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'

/** Erases the credentials of a registry as `docker logout` does. */
export async function logout(context: Context, registry = 'docker.io'): Promise<Result> {
  const { address } = await context.connection(registry)
  const { server, file, wasStored, remaining } = await eraseDockerCredentials(address, { signal: context.signal })
  for (const place of remaining) {
    context.onWarning(`${place} still has credentials for ${registry}, or cannot be read; they are used from now on.`)
  }
  return {
    json: { registry: server, file, wasStored, remaining },
    lines: [wasStored ? `Signed out of ${registry}` : `Not signed in to ${registry}`],
  }
}

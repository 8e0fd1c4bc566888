import type { TestProject } from 'vitest/node'
import { HTPASSWD_USER, startDistribution } from './distribution.ts'
import { startNginx } from './nginx.ts'
import { serveTokenServer } from './token-server.ts'

/** A user of a registry, and the password. */
interface User {
  readonly username: string
  readonly password: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** A real registry that asks for HTTP Basic, behind an nginx that answers preflights. */
    basicRegistry: { readonly url: string; readonly user: User }
    /** A real registry that asks for bearer tokens, behind the same; its token server, the realm, is another origin. */
    tokenRegistry: {
      readonly url: string
      readonly realm: string
      readonly service: string
      /** May do everything; the identity token stands for the same user. */
      readonly owner: User & { readonly identityToken: string }
      /** May pull, everything. */
      readonly reader: User
    }
  }
}

const OWNER = { username: 'owner', password: 'hunter2', identityToken: 'identity of the owner' }
const READER = { username: 'reader', password: 'hunter3' }

/** Starts registries that ask pages who they are. Without a sign-in, `public/…` may be pulled. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const basic = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  const basicProxy = await startNginx({ upstream: basic.url })
  project.provide('basicRegistry', { url: basicProxy.url, user: HTPASSWD_USER })

  const tokens = await serveTokenServer({
    users: {
      [OWNER.username]: { ...OWNER, allows: () => true },
      [READER.username]: { ...READER, allows: (_name, action) => action === 'pull' },
    },
    anonymous: (name, action) => name.startsWith('public/') && action === 'pull',
  })
  const { url: realm, service, issuer, rootCertBundle } = tokens
  const token = await startDistribution({ auth: { token: { realm, service, issuer, rootCertBundle } } })
  const tokenProxy = await startNginx({ upstream: token.url })
  project.provide('tokenRegistry', { url: tokenProxy.url, realm, service, owner: OWNER, reader: READER })

  return async () => {
    await Promise.all([basicProxy, basic, tokenProxy, token].map((server) => server.stop()))
    await tokens.close()
  }
}

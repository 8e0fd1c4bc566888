import type { CredentialsRequest } from '../../registry/auth/credentials.ts'

/** The hosts of Docker Hub. `docker login` and the helpers use `HUB_SERVER` as its name. */
const HUB_HOSTS = ['index.docker.io', 'docker.io', 'registry-1.docker.io']
const HUB_SERVER = 'https://index.docker.io/v1/'

/**
 * Returns the keys under which a registry's credentials may be stored: its exact host and port. Similar names never
 * match (CVE-2024-35192).
 */
export function hostKeys(registry: string): readonly string[] {
  const { host, port, protocol } = new URL(registry)
  if (HUB_HOSTS.includes(host)) return HUB_HOSTS
  // A URL omits the default port of its scheme, but the user may have signed in with it.
  return port === '' ? [host, `${host}:${protocol === 'http:' ? 80 : 443}`] : [host]
}

/**
 * Returns the keys for one repository, the longest first. Podman also stores credentials for `quay.io/team/app` and
 * `quay.io/team`.
 */
export function repositoryKeys({ registry, scopes }: CredentialsRequest): readonly string[] {
  const hosts = hostKeys(registry)
  const parts = repositoryOf(scopes)?.split('/') ?? []
  const paths = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  return [...paths.flatMap((path) => hosts.map((host) => `${host}/${path}`)), ...hosts]
}

/** Returns the server name to pass to a helper. */
export function helperServer(registry: string): string {
  const { host } = new URL(registry)
  return HUB_HOSTS.includes(host) ? HUB_SERVER : host
}

/**
 * Normalizes a key to `host`, or to `host/team/app`, as podman writes it for repositories. A URL becomes its host, as
 * in Docker. A key that ends in the API's path (`host/`, `host/v1/`, `host/v2`) becomes its host too.
 */
export function normalizeKey(key: string): string {
  const text = key.toLowerCase()
  const bare = text.replace(/^https?:\/\//, '')
  return bare === text ? bare.replace(/^([^/]*)\/(?:v[12]\/?)?$/, '$1') : bare.replace(/\/.*$/s, '')
}

/**
 * Returns the repository of the scopes. If there are several, returns the one to push to
 * (`repository:team/app:pull,push`).
 */
function repositoryOf(scopes: readonly string[]): string | undefined {
  const parsed = scopes.flatMap((scope) => {
    const [, name, actions] = /^repository:(.+):([^:]*)$/.exec(scope) ?? []
    return name === undefined ? [] : [{ name, isWritten: actions?.split(',').includes('push') }]
  })
  return (parsed.find(({ isWritten }) => isWritten) ?? parsed[0])?.name
}

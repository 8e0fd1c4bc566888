import type { CredentialsRequest } from '../../registry/auth/credentials.ts'

/** The names of Docker Hub, and what `docker login` and the helpers call it. */
const HUB_HOSTS = ['index.docker.io', 'docker.io', 'registry-1.docker.io']
const HUB_SERVER = 'https://index.docker.io/v1/'

/**
 * What the credentials of a registry may be kept under: its host and port, exactly. What a name looks like never counts
 * (CVE-2024-35192).
 */
export function hostKeys(registry: string): readonly string[] {
  const { host, port, protocol } = new URL(registry)
  if (HUB_HOSTS.includes(host)) return HUB_HOSTS
  // A URL drops the default port of its scheme; the sign-in may have named it.
  return port === '' ? [host, `${host}:${protocol === 'http:' ? 80 : 443}`] : [host]
}

/** The same for one repository: podman keeps credentials also for `quay.io/team/app` and `quay.io/team`. The longest comes first. */
export function repositoryKeys({ registry, scopes }: CredentialsRequest): readonly string[] {
  const hosts = hostKeys(registry)
  const parts = repositoryOf(scopes)?.split('/') ?? []
  const paths = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
  return [...paths.flatMap((path) => hosts.map((host) => `${host}/${path}`)), ...hosts]
}

/** What a helper is asked for. */
export function helperServer(registry: string): string {
  const { host } = new URL(registry)
  return HUB_HOSTS.includes(host) ? HUB_SERVER : host
}

/**
 * Brings a key to the form `host` or, as podman writes for single repositories, `host/team/app`. A key that is a URL stands for its host, as for
 * Docker; so does one that ends in the API's path (`host/`, `host/v1/`, `host/v2`).
 */
export function normalizeKey(key: string): string {
  const text = key.toLowerCase()
  const bare = text.replace(/^https?:\/\//, '')
  return bare === text ? bare.replace(/^([^/]*)\/(?:v[12]\/?)?$/, '$1') : bare.replace(/\/.*$/s, '')
}

/** The repository that is asked for: of several, the one that is written to (`repository:team/app:pull,push`). */
function repositoryOf(scopes: readonly string[]): string | undefined {
  const parsed = scopes.flatMap((scope) => {
    const [, name, actions] = /^repository:(.+):([^:]*)$/.exec(scope) ?? []
    return name === undefined ? [] : [{ name, isWritten: actions?.split(',').includes('push') }]
  })
  return (parsed.find(({ isWritten }) => isWritten) ?? parsed[0])?.name
}

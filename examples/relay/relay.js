import {
  NetworkError,
  openRegistry,
  parseRepositoryTag,
  pushStream,
  RegistryError,
  ResponseError,
} from 'registry-api-v2-client/node'

const { REGISTRY = 'http://localhost:15000', REGISTRY_USER: username, REGISTRY_PASSWORD: password } = process.env
const MAX_BYTES = Number(process.env.MAX_BYTES ?? 2 * 1024 ** 3)

// The credentials stay on the server.
const registry = openRegistry(REGISTRY, { credentials: username && password ? { username, password } : undefined })

/** Pushes the body of an upload while it comes. Returns the status and the JSON of the answer. */
export async function relay(body, image, signal) {
  try {
    const { repository, tag } = parseRepositoryTag(image ?? '')
    const digest = await pushStream(body, registry, repository, tag, { signal, limits: { spoolSize: MAX_BYTES } })
    return { status: 201, json: { repository, tag, digest } }
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    return { status: statusOf(error), json: { code: error.code, message: error.message } }
  }
}

function statusOf(error) {
  if (error.code === 'LIMIT_EXCEEDED') return 413
  // The client can do nothing about a registry that fails or refuses.
  return error instanceof ResponseError || error instanceof NetworkError ? 502 : 400
}

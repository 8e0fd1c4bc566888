import { createMemoryStorage } from './memory-storage.ts'
import { openFolderStorage } from './node/folder-storage.ts'
import { createServer } from './node/server.ts'
import { createRegistryOn, type TestRegistry, type TestRegistryOptions } from './test-registry.ts'

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
export type { AnsweredRequest, TestRegistry, TestRegistryOptions, TestRequest } from './test-registry.ts'

/** Options of `serveTestRegistry`. */
export interface ServeOptions extends TestRegistryOptions {
  /** The port to listen on. @default a free port */
  readonly port?: number | undefined
  /** The address to listen on, such as `0.0.0.0` for all. @default 127.0.0.1, which other machines cannot reach */
  readonly hostname?: string | undefined
  /**
   * The folder that keeps the content. It is created if it does not exist. It must be empty, or written by this
   * function before. Only one process can use it. With `readOnly`, it must exist, and nothing in it changes.
   *
   * @default none: the content is in memory, and gone at the end
   */
  readonly folder?: string | undefined
}

/** A registry that is served over HTTP. */
export interface ServedTestRegistry extends TestRegistry {
  /** The address, such as `http://127.0.0.1:5000/`. */
  readonly url: string
  /**
   * Stops the server, and closes its connections. A second call waits for the first.
   *
   * @param options.grace The time in milliseconds that requests under way have to end. @default 0
   */
  close(options?: { readonly grace?: number }): Promise<void>
}

/**
 * Serves a registry over HTTP, for clients that are not JavaScript: `docker`, `skopeo`, `curl`, a browser. It is for
 * tests, trials and demos. The content is in memory, or in a folder: one image layout for each repository.
 *
 * @throws {RegistryError} if it cannot listen at the address, or if the folder has other content, is used by another
 *   process, or cannot be written
 * @throws {TypeError} if the folder is not a path, or `createTestRegistry` throws it
 * @throws {RangeError} if `createTestRegistry` throws it
 */
export async function serveTestRegistry(options: ServeOptions = {}): Promise<ServedTestRegistry> {
  const { port = 0, hostname = '127.0.0.1', folder, objectStorage, ...rules } = options
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw new TypeError('Cannot serve a registry: folder must be a path')
  }
  const storage = folder === undefined ? undefined : await openFolderStorage(folder, rules)
  const server = createServer(hostname, (request) => registry.fetch(request))
  let registry: TestRegistry
  let url: string
  try {
    // Another port is another origin.
    const origin = objectStorage && (objectStorage.origin ?? new URL(await server.listen(0)).origin)
    registry = createRegistryOn(storage ?? createMemoryStorage(), {
      ...rules,
      ...(objectStorage && origin && { objectStorage: { ...objectStorage, origin } }),
    })
    url = await server.listen(port)
  } catch (error) {
    await server.close(0)
    await storage?.close()
    throw error
  }
  const close = async (grace: number) => {
    await server.close(grace)
    await storage?.close()
  }
  let closing: Promise<void> | undefined
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
    url,
    close({ grace = 0 } = {}) {
      closing ??= close(grace)
      return closing
    },
  }
}

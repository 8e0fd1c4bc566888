import { RegistryError, TarReadError } from '../errors.ts'

/** The remedy for what needs more than one pass. */
export const USE_A_FILE = 'write the stream to a file, and push that with pushDockerTar'

/** Says that an upload would have to start again. */
export function uploadLost(path: string): RegistryError {
  return new RegistryError(
    'CONTENT_LOST',
    `Cannot push the stream: the upload of ${JSON.stringify(path)} has to start again, but a stream cannot be read twice`,
    { remedy: USE_A_FILE },
  )
}

/** Says that a file would have to be read twice. */
export function notReadable(path: string): TarReadError {
  return new TarReadError(
    'NOT_SUPPORTED',
    `Cannot push the stream in one pass: ${JSON.stringify(path)} has to be read again, but a stream cannot be read twice`,
    { remedy: USE_A_FILE, path },
  )
}

/** Refuses to hold a blob in a browser that cannot stream a request's body. */
export function refuseWhole(): never {
  throw new TarReadError(
    'NOT_SUPPORTED',
    'Cannot push the stream in one pass: the registry takes each blob only in one request, and this runtime would hold it in memory',
    { remedy: USE_A_FILE },
  )
}

/** One entry of the `errors` array in a registry's answer (distribution-spec § Error Codes). */
export interface ResponseErrorDetail {
  readonly code: string
  readonly message: string | undefined
  readonly detail: unknown
}

/**
 * Tells errors apart, for a program. `docs/errors.md` lists for each code the classes that have it
 * and what to do. The codes in `ResponseError.errors` are the registry's own.
 */
export type ErrorCode =
  // The archive
  /** A file, folder, pipe or response cannot be opened or read, or it changed while it was read. */
  | 'FILE_UNREADABLE'
  /** The file is something else: a picture, a web page, a text, or a zip without an archive. */
  | 'NOT_AN_ARCHIVE'
  /** The archive is damaged or cut short. */
  | 'ARCHIVE_DAMAGED'
  /** The archive lacks a file that it names. */
  | 'ARCHIVE_INCOMPLETE'
  /** The archive has names, links or fields that other readers understand differently, or that lead out of it. */
  | 'ARCHIVE_UNSAFE'
  /** Something is larger, longer or deeper than a limit allows. */
  | 'LIMIT_EXCEEDED'
  /** This package, or this function, cannot handle this packing, format, digest algorithm or kind of image. */
  | 'NOT_SUPPORTED'
  /** The archive has no image, or there is no image to write or to list. */
  | 'NO_IMAGE'
  /** A manifest, an index or a config is malformed, or contradicts the rest of the image. */
  | 'IMAGE_INVALID'
  /** Bytes do not have the digest that they should have. */
  | 'DIGEST_MISMATCH'
  /** The files for a layer have a path that is not valid or is there twice, or a kind that no layer has. */
  | 'LAYER_INVALID'
  // Choices
  /** A zip has several files that may be the archive, or not the one that was chosen. */
  | 'ENTRY_NOT_CHOSEN'
  /** The layer or the image does not have the file that is read, or it is not a file. */
  | 'FILE_MISSING'
  /** There are several images or platforms, or not the image that was chosen. */
  | 'IMAGE_NOT_CHOSEN'
  /** The image does not have the platform that was chosen, or has no platform. */
  | 'PLATFORM_MISSING'
  /** The archive lacks some platforms of an index. */
  | 'INDEX_INCOMPLETE'
  /** The image has no name to push it by. */
  | 'NAME_MISSING'
  /** Two images would be pushed or written by one name, or listed for one platform. */
  | 'NAME_CLASH'
  // Input
  /** A text is not a valid image name, repository, tag or digest. */
  | 'REFERENCE_INVALID'
  /** A text is not a valid address of a registry. */
  | 'ADDRESS_INVALID'
  /** Credentials, or the file that keeps them, are malformed or cannot be read. */
  | 'CREDENTIALS_INVALID'
  /** A credential helper failed. */
  | 'HELPER_FAILED'
  /** A certificate, a proxy, an allowed realm or a value for the config of an image is not valid. */
  | 'SETTING_INVALID'
  /** An artifact has no file, or a title, a media type, a date or an annotation of it is not valid or not safe. */
  | 'ARTIFACT_INVALID'
  /** The plan does not fit the images. */
  | 'PLAN_MISMATCH'
  // The registry
  /** The registry requires credentials, and none were given (401). */
  | 'SIGN_IN_REQUIRED'
  /** The registry or its token server does not take the credentials (401). */
  | 'CREDENTIALS_REFUSED'
  /** The user has no right to do this (403). */
  | 'ACCESS_DENIED'
  /** The registry names a token server that is not trusted. */
  | 'UNTRUSTED_REALM'
  /** The registry does not find the repository, the manifest or the blob (404). */
  | 'NOT_FOUND'
  /** The registry cannot do this, or is configured not to (405). */
  | 'NOT_ALLOWED'
  /** A proxy or the registry takes only smaller bodies (413). */
  | 'BODY_TOO_LARGE'
  /** The registry wants fewer requests (429). */
  | 'RATE_LIMITED'
  /** The registry does not take the layers of the image: foreign layers, or uncompressed ones. */
  | 'LAYERS_REFUSED'
  /** Other tags, or an index that stays, need the manifest that would be deleted. */
  | 'TAG_SHARED'
  /** A tag does not point at the manifest that was expected. */
  | 'TAG_MOVED'
  /** The registry does not let the tag move or go. */
  | 'TAG_IMMUTABLE'
  /** No tag would stay in the repository. */
  | 'NOTHING_STAYS'
  /** The registry lost bytes that it had: a blob, a manifest or an upload. */
  | 'CONTENT_LOST'
  /** The registry refused for another reason (4xx). */
  | 'REFUSED'
  /** The registry, or a server in front of it, failed (5xx). */
  | 'SERVER_FAILED'
  /** The answer is not one that a registry gives. */
  | 'UNEXPECTED_ANSWER'
  /** The registry was opened by http, and wants https. */
  | 'HTTPS_REQUIRED'
  // The network
  /** There was no answer, or it broke off. */
  | 'NO_ANSWER'
  /** In a page: the registry answers, but most likely refuses the preflight of requests with `Authorization`. */
  | 'PREFLIGHT_REFUSED'
  /** There was no answer in time. */
  | 'TIMED_OUT'
  /** The certificate is not trusted, or the server does not use TLS. */
  | 'TLS_FAILED'
  // The runtime
  /** A part of this package, or WebAssembly, did not load. */
  | 'PART_NOT_LOADED'
  /** A layer could not be compressed. */
  | 'COMPRESSION_FAILED'
  /** The browser or the disk does not keep what has to be kept: no room, or a store that fails. */
  | 'STORAGE_FAILED'
  /** A file that exists may not be replaced. */
  | 'FILE_EXISTS'
  /** The folder for a registry has other content, or another process uses it. */
  | 'FOLDER_UNUSABLE'
  /** A server cannot listen at its address: the port is taken, or the address is not of this machine. */
  | 'CANNOT_LISTEN'

/** Details of an error besides its message. */
export interface ErrorDetails {
  readonly remedy?: string | undefined
  readonly path?: string
  readonly offset?: number
  readonly input?: string
  readonly cause?: unknown
}

/** Takes user info, such as a password, out of the URLs in a text. */
export function withoutUserInfo(text: string): string {
  return text.replaceAll(/:\/\/[^/]*@/g, '://…@')
}

/** The base of every error that this package makes: catch it to catch them all. Aborts are never wrapped in it. */
export class RegistryError extends Error {
  override name = 'RegistryError'
  declare readonly code: ErrorCode
  /** The act and what stopped it: the message without the remedy. */
  declare readonly fault: string
  /** The remedy, if one is known. The message ends in it. */
  declare readonly remedy: string | undefined

  constructor(code: ErrorCode, text: string, details: ErrorDetails = {}) {
    const fault = withoutUserInfo(text)
    super(details.remedy ? `${fault}; ${details.remedy}` : fault, details)
    Object.assign(this, { code, fault }, details)
    // A caller may give a URL where a name should be.
    for (const place of ['path', 'input'] as const) {
      const given = details[place]
      if (given) Object.assign(this, { [place]: withoutUserInfo(given) })
    }
  }
}

/** The bytes cannot be read as the archive that they claim to be: fix the file. */
export class TarReadError extends RegistryError {
  override name = 'TarReadError'
  /** The entry at fault, where one is known. */
  declare readonly path: string | undefined
  /** Where in the archive, in bytes, where that is known. */
  declare readonly offset: number | undefined
}

/** Readable, but no image; or a text that is no reference, tag or digest: fix the file, the text or the choice. */
export class ValidationError extends RegistryError {
  override name = 'ValidationError'
  /** The archive entry at fault, if it is one. */
  declare readonly path: string | undefined
  /** The text at fault, if it is one. */
  declare readonly input: string | undefined
}

/** Bytes are not what their descriptor says: the file is damaged, or somebody changed it. */
export class DigestMismatchError extends RegistryError {
  override name = 'DigestMismatchError'
  declare readonly expected: string
  declare readonly actual: string

  constructor(code: ErrorCode, fault: string, details: ErrorDetails & { expected: string; actual: string }) {
    super(code, fault, details)
  }
}

/** The request that an error is about. */
export interface RequestDetails extends ErrorDetails {
  readonly method: string
  readonly url: string
}

/** The registry answered, and the answer was no (or was not one that a registry gives). */
export class ResponseError extends RegistryError {
  override name = 'ResponseError'
  declare readonly method: string
  /** Without user info and query values. */
  declare readonly url: string
  declare readonly status: number
  /** The errors in the registry's answer. */
  declare readonly errors: readonly ResponseErrorDetail[]

  constructor(
    code: ErrorCode,
    fault: string,
    details: RequestDetails & { status: number; errors?: readonly ResponseErrorDetail[] },
  ) {
    super(code, fault, { errors: [], ...details, url: publicUrl(details.url) } as ErrorDetails)
  }
}

/** No answer at all: offline, refused, timed out, or (in a page) forbidden by CORS. Trying again may help. */
export class NetworkError extends RegistryError {
  override name = 'NetworkError'
  declare readonly method: string
  /** Without user info and query values. */
  declare readonly url: string

  constructor(code: ErrorCode, fault: string, details: RequestDetails) {
    super(code, fault, { ...details, url: publicUrl(details.url) } as ErrorDetails)
  }
}

/** In characters: what is shown of a URL, without its query. */
const MAX_URL = 1000

/** A URL as it may be shown: upload states, presigned queries and user info are secrets. */
export function publicUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed) return '(not a URL)'
  const place = parsed.origin + parsed.pathname
  return `${place.length > MAX_URL ? `${place.slice(0, MAX_URL)}…` : place}${parsed.search ? '?…' : ''}`
}

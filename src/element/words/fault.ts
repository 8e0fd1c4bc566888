import type { ErrorCode } from '../../index.ts'

/** An error as plain data: a Worker can pass it on. The page says in words what it means. */
export interface Fault {
  /** The class: `TarReadError`, `ResponseError`, `AbortError`, `TypeError`. */
  readonly name: string
  /** Of the SDK's errors, and those of this module. */
  readonly code: ErrorCode | 'SIGN_IN_CANCELLED' | 'FILE_NOT_ALLOWED' | 'FILE_GONE' | undefined
  /** The message of the error, in English, for the people who run the registry. */
  readonly message: string
  /** The status of an answer. */
  readonly status: number | undefined
  /** The file, the image or the text at fault. */
  readonly place: string | undefined
  /** The URL that did not answer, without its query. */
  readonly url?: string
}

/** Thrown by an act when the user did not want to sign in. */
export class SignInCancelled extends Error {
  override name = 'SignInCancelled'
  readonly code = 'SIGN_IN_CANCELLED'
}

/** Thrown when a file of an earlier visit cannot be opened: the user does not allow it, or it is no longer there. */
export class FileFault extends Error {
  override name = 'FileFault'
  readonly code: 'FILE_NOT_ALLOWED' | 'FILE_GONE'

  constructor(code: FileFault['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Thrown when a part of the page does not load: its server has newer files, or does not answer. */
export class PartFault extends Error {
  override name = 'PartFault'
  readonly code = 'PART_NOT_LOADED'

  constructor(cause: unknown) {
    super(`Cannot load a part of the page: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** The names of a browser's errors for a file that cannot be read: it has changed, or is gone. */
const UNREADABLE = ['NotReadableError', 'NotFoundError']

/** Makes plain data of anything that was thrown. */
export function toFault(error: unknown): Fault {
  if (isFault(error)) return error
  if (typeof error !== 'object' || error === null) return empty('Error', String(error))
  const {
    name = 'Error',
    message = '',
    code,
    status,
    path,
    input,
    url,
  } = error as Partial<Record<string, string>> & {
    status?: number
  }
  return {
    ...empty(name, message),
    // DOM exceptions have numbers.
    code:
      typeof code === 'string' ? (code as Fault['code']) : UNREADABLE.includes(name) ? 'FILE_UNREADABLE' : undefined,
    status,
    place: path ?? input,
    ...(typeof url === 'string' && { url }),
  }
}

function isFault(value: unknown): value is Fault {
  return (
    Object.getPrototypeOf(value ?? 0) === Object.prototype && 'message' in Object(value) && 'place' in Object(value)
  )
}

/** Returns true if the user, or the page, ended the act. */
export function isAbort(error: unknown): boolean {
  return toFault(error).name === 'AbortError'
}

function empty(name: string, message: string): Fault {
  return { name, message, code: undefined, status: undefined, place: undefined }
}

/** Bytes, or a function that makes them each time that they are sent: a stream can be read only once. */
export type RequestBody = Uint8Array<ArrayBuffer> | Blob | (() => Promise<Blob> | ReadableStream<Uint8Array>)

/** One request over HTTP, to a registry or to its token server. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The act, as it follows "Cannot" in a message: `list the tags of "team/app"`. */
  readonly act: string
  /** Relative to the registry's base URL, or absolute. */
  readonly url: string | URL
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Chooses the `Accept` header: where a page may spare a preflight, it has to have at most 128 characters for that.
   * @default any type
   */
  readonly accept?: ((sparesPreflight: boolean) => string) | undefined
  readonly body?: RequestBody | undefined
  /**
   * Lets the answer come from the HTTP cache of a browser, where that spares preflights: `revalidated` if the registry
   * confirms it, `kept` in any case, because it is verified by its digest. @default it may not
   */
  readonly cache?: 'revalidated' | 'kept' | undefined
  /** Statuses from 300 that are answers here and not failures. @default none */
  readonly allow?: readonly number[] | undefined
  /** The body is a blob's bytes: never sent a second time unasked. @default false */
  readonly isUpload?: boolean | undefined
  /** In milliseconds, unless its body is a stream. @default that of the handle; none for uploads */
  readonly timeout?: number | undefined
  /**
   * In milliseconds: how long a body that is a stream may stand still while it is sent, and then its answer may take.
   * @default none
   */
  readonly standstill?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** In milliseconds: how long a request under way may take after an abort. @default 0 */
  readonly grace?: number | undefined
  /** True if it is sent even if the registry asked for a pause. @default false */
  readonly skipsPause?: boolean | undefined
  /** Called before each try. The request is sent when this resolves, and fails if it rejects. */
  readonly hold?: (() => Promise<void>) | undefined
  /** How long it outlives a server that does not answer. @default as the handle says */
  readonly patience?: Patience | undefined
}

/** How often a request is tried again after a failure that may pass. */
export interface Patience {
  /** If the handle says more, that counts. */
  readonly retry: number
  /** In milliseconds: the longest wait before the first further try. */
  readonly retryDelay: number
}

/** The signature of one try of a request. */
export interface Signature {
  /** Of the header `Authorization`. */
  readonly value: string
  /** Its secrets, and those that it was made of: no error may show them. */
  readonly secrets: readonly string[]
  /** True if it stands for credentials of a user, and not for anonymous. */
  readonly isIdentified: boolean
}

/** A request with secrets. */
export interface PrivateRequest extends HttpRequest {
  /** Called for each try, after all waits; what it gives is for the registry's own origin alone. */
  readonly sign?: () => Promise<Signature | undefined>
  /** True if there are credentials of a user, signed in or not. @default false */
  readonly isIdentified?: boolean | undefined
  /** Texts that no error may show. */
  readonly secrets?: readonly string[] | undefined
  /** @default true, for requests without a body */
  readonly followsRedirects?: boolean | undefined
  /** True if the answer's body is wanted. @default true for GET */
  readonly keepsBody?: boolean | undefined
}

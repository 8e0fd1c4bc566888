import type { ErrorCode } from '../errors.ts'

/** The checks, in the order in which they are made and listed. Each is always in the list. */
const CHECKS = [
  // The registry
  /** Something answers at the address. */
  'connection',
  /** The connection is encrypted, and the certificate is trusted. */
  'tls',
  /** The server is a registry. */
  'api',
  /** It names the version of its API. */
  'version',
  /** Its clock shows the time of this machine. */
  'clock',
  /** The kind of sign-in that it asks for. */
  'challenge',
  /** The token server answers, and is trusted. */
  'token-server',
  /** The credentials are accepted. */
  'sign-in',
  /** The repository exists and can be read. */
  'repository',
  // A page of another origin
  /** Browsers let the page send requests to the address. */
  'page-address',
  /** The page may read answers. */
  'page-read',
  /** Preflights are answered, and allow the page. */
  'page-preflight',
  /** Preflights allow the methods of a push. */
  'page-methods',
  /** Preflights allow the request headers of a push. */
  'page-headers',
  /** The page may read the headers of answers. */
  'page-exposed',
  /** The page may read refusals. */
  'page-refusals',
  /** The page may use the token server. */
  'page-token-server',
  /** The page may read blobs that the registry redirects to a storage. */
  'page-storage',
  /** The page may send chunks to the URL of an upload. */
  'page-upload',
  // Optional features of the registry
  /** It lists its repositories. */
  'catalog',
  /** It lists referrers by the referrers API. */
  'referrers',
  /** It opens uploads. */
  'uploads',
  /** It takes blobs in chunks. */
  'chunks',
  /** It mounts blobs. */
  'mounts',
  /** It deletes manifests. */
  'deletes',
] as const

/** The id of a check. */
export type CheckName = (typeof CHECKS)[number]

/** The code of a finding. An `ErrorCode` is the code of an unexpected error. */
export type FindingCode =
  | 'OK'
  // Not checked
  | 'NOT_ASKED'
  | 'NOT_NEEDED'
  | 'NOT_REACHED'
  | 'NOT_VISIBLE'
  | 'NO_SAMPLE'
  // The connection
  | 'NOTHING_LISTENS'
  | 'HOST_UNKNOWN'
  | 'WRONG_SCHEME'
  | 'SILENT'
  | 'BLOCKED_PORT'
  | 'BROKEN_OFF'
  | 'PROXY_REFUSES'
  | 'OFFLINE'
  | 'SAME_MACHINE'
  | 'NOT_ENCRYPTED'
  | 'CERTIFICATE_UNKNOWN'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_OTHER_HOST'
  | 'CLIENT_CERTIFICATE'
  // The registry
  | 'WEB_PAGE'
  | 'WRONG_PATH'
  | 'REDIRECTED'
  | 'NO_VERSION'
  | 'CLOCK_DIFFERS'
  // The sign-in
  | 'OPEN'
  | 'BASIC'
  | 'BEARER'
  | 'NO_CHALLENGE'
  | 'UNKNOWN_SCHEME'
  | 'ANONYMOUS'
  | 'REALM_NO_ANSWER'
  | 'REALM_FAILED'
  // A page
  | 'SAME_ORIGIN'
  | 'MIXED_CONTENT'
  | 'BLOCKED_BY_POLICY'
  | 'LOCAL_NETWORK'
  | 'NOT_READABLE'
  | 'NO_CORS'
  | 'OTHER_ORIGIN'
  | 'DOUBLED_HEADER'
  | 'PREFLIGHT_401'
  | 'PREFLIGHT_REFUSED'
  | 'PREFLIGHT_REDIRECTED'
  | 'METHODS_MISSING'
  | 'HEADERS_MISSING'
  | 'HEADERS_HIDDEN'
  // Optional features of the registry
  | 'NOT_SUPPORTED'
  | 'LOCATION_NOT_ENCRYPTED'
  | 'LOCATION_OTHER_HOST'
  | 'UPLOAD_STAYS'
  | ErrorCode

/** Lines for the configuration of a server. */
export interface ServerSettings {
  readonly server: 'distribution' | 'nginx' | 'Caddy' | 'Traefik' | 'Harbor' | 'zot'
  /** The lines, separated by line feeds. */
  readonly lines: string
}

/** The result of one check of `diagnoseRegistry`. */
export interface RegistryCheck {
  /** The id of the check. */
  readonly check: CheckName
  /**
   * `passed`: it is as it should be. `warning`: it works, with limits. `failed`: pushes or pulls fail by it.
   * `skipped`: it was not checked; the code and the message say why.
   */
  readonly state: 'passed' | 'warning' | 'failed' | 'skipped'
  /** The result for programs. docs/doctor.md lists all codes. */
  readonly code: FindingCode
  /** The result in a sentence. It has no secrets. */
  readonly message: string
  /** The remedy in a sentence. `undefined` if there is nothing to do. */
  readonly remedy: string | undefined
  /**
   * The remedy as lines of configuration, for the servers that may be there. If an answer names its server, only the
   * lines of that one, and of distribution behind it.
   */
  readonly settings: readonly ServerSettings[]
  /**
   * A command line for a terminal, if a browser hides the reason from the page. `readCurlOutput` reads what it prints.
   * `undefined` if it would tell nothing more.
   */
  readonly command?: string | undefined
}

/** A finding, before the check is named. */
export type Finding = Omit<RegistryCheck, 'check'>
/** The findings so far. */
export type Findings = Partial<Record<CheckName, Finding>>

export function passed(message: string, code: FindingCode = 'OK'): Finding {
  return { state: 'passed', code, message, remedy: undefined, settings: [] }
}

export function skipped(code: FindingCode, message: string): Finding {
  return { state: 'skipped', code, message: `Not checked: ${message}`, remedy: undefined, settings: [] }
}

export function warning(
  code: FindingCode,
  message: string,
  remedy?: string,
  settings: readonly ServerSettings[] = [],
): Finding {
  return { state: 'warning', code, message, remedy, settings }
}

export function failed(
  code: FindingCode,
  message: string,
  remedy?: string,
  settings: readonly ServerSettings[] = [],
  command?: string,
): Finding {
  return { state: 'failed', code, message, remedy, settings, ...(command !== undefined && { command }) }
}

/** The list of all checks. A check without a finding was not reached, because an earlier one failed. */
export function listChecks(findings: Findings): readonly RegistryCheck[] {
  const missing = skipped('NOT_REACHED', 'an earlier check did not pass.')
  return CHECKS.map((check) => ({ check, ...(findings[check] ?? missing) }))
}

/** The checks that have a finding, in the order of the list. */
export function listFound(findings: Findings): readonly RegistryCheck[] {
  return CHECKS.flatMap((check) => {
    const finding = findings[check]
    return finding ? { check, ...finding } : []
  })
}

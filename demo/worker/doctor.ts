import {
  type Credentials,
  diagnoseRegistry,
  openRegistry,
  type RegistryCheck,
  type RegistryOptions,
  readCurlOutput,
} from 'registry-api-v2-client'
import type { Session } from '../../src/element/worker/session.ts'

/** A registry to diagnose, and the limits of that. */
export interface DiagnosisRequest {
  /** The address of the registry. */
  readonly registry: string
  /** Checks what can be done with this repository. @default these checks are skipped */
  readonly repository?: string | undefined
  /** True if an upload may be opened in the repository, and cancelled. @default false */
  readonly write?: boolean
  /** @default those that the user signed in with */
  readonly credentials?: Credentials | undefined
}

/** Finds out what keeps a registry from working. It asks nobody for a password. */
export function createDoctor(session: Session, optionsFor: (address: string) => RegistryOptions) {
  return {
    /** Returns the URL of a registry. Throws if the address is not valid. */
    urlOf: (registry: string): string => openRegistry(registry).url,

    async check(
      { registry, credentials, ...options }: DiagnosisRequest,
      onCheck: (check: RegistryCheck) => void,
      signal: AbortSignal,
    ): Promise<void> {
      const known = credentials ?? (await session.credentialsOf(registry))
      const handle = openRegistry(registry, { ...optionsFor(registry), credentials: known, retry: 0 })
      await diagnoseRegistry(handle, { ...options, onCheck, signal })
    },

    /** Reads what the command of a check printed in a terminal. */
    readOutput: (output: string): Promise<readonly RegistryCheck[]> => readCurlOutput(output),
  }
}

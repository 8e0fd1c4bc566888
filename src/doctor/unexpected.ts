import { RegistryError } from '../errors.ts'
import { redact } from '../http/redact.ts'
import { type Finding, failed } from './check.ts'
import type { Examination } from './probe.ts'

/**
 * Returns the finding for a failure of the SDK, which has its own code, fault and remedy.
 *
 * @param secrets Texts that the address may have, where the registry chose it.
 * @throws the error itself if it is not one of the SDK, such as an error of the caller's function
 */
export function findingOf(error: unknown, secrets: readonly string[] = []): Finding {
  if (!(error instanceof RegistryError)) throw error
  return failed(error.code, `${redact(error.fault, secrets)}.`, error.remedy)
}

/**
 * Returns the finding of a check. A failure of the SDK in it is a finding, too.
 *
 * @throws the signal's reason if it aborts
 */
export async function settled({ signal }: Examination, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch (error) {
    signal?.throwIfAborted()
    return findingOf(error)
  }
}

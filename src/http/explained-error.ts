import { type ErrorCode, ResponseError } from '../errors.ts'

/** The same refusal, with a code, a reason after its fault, and a remedy that fit the act. */
export function explained(
  error: ResponseError,
  code: ErrorCode,
  reason: string,
  remedy: string | undefined,
): ResponseError {
  const { fault, method, url, status, errors, cause } = error
  return new ResponseError(code, `${fault}: ${reason}`, { remedy, method, url, status, errors, cause })
}

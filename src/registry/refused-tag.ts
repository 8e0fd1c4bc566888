import { ResponseError } from '../errors.ts'
import { explained } from '../http/explained-error.ts'

/** Words of registries that do not let a tag move or go, wherever they say them. */
const IMMUTABLE = /immutab|overwrit/i
const REMEDY = 'choose another tag, or ask the owner of the repository to allow it'

/**
 * Explains why a registry does not let a tag move or go, if it says so. Harbor answers 412. Amazon ECR answers 400
 * with `TAG_INVALID`, and other registries 403 or 409; they say it in the message.
 *
 * @param error The refusal of a PUT by tag, or of a DELETE.
 * @returns the error with the code `TAG_IMMUTABLE`, or the same error if the reason is another one or not known
 */
export function explainRefusedTag<E>(error: E): E | ResponseError {
  if (!(error instanceof ResponseError) || ![400, 403, 405, 409, 412].includes(error.status)) return error
  const said = error.errors.map(({ message, detail }) => `${message} ${JSON.stringify(detail)}`).join(' ')
  const isImmutable = error.status === 412 || IMMUTABLE.test(said)
  return isImmutable ? explained(error, 'TAG_IMMUTABLE', 'the tag is immutable', REMEDY) : error
}

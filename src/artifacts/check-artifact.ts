import { show } from '../check-options.ts'
import { ValidationError } from '../errors.ts'
import { CREATED } from '../oci/artifact.ts'
import { isDate } from '../oci/date.ts'

/** A type and a subtype (RFC 6838 § 4.2). */
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/

/**
 * Checks the media type of a file or an artifact.
 *
 * @param act The start of the message.
 * @throws {ValidationError} if it is not valid
 */
export function checkMediaType(mediaType: string, act: string): string {
  if (typeof mediaType !== 'string')
    throw new TypeError(`${act}: a media type has to be a string, not ${show(mediaType)}`)
  if (MEDIA_TYPE.test(mediaType)) return mediaType
  throw new ValidationError('ARTIFACT_INVALID', `${act}: ${show(mediaType)} is not a media type`, {
    remedy: 'use a type and a subtype without parameters, as in "application/spdx+json"',
    input: mediaType,
  })
}

/**
 * Checks annotations.
 *
 * @throws {TypeError} if they are not an object of texts
 * @throws {ValidationError} if the date among them is not valid
 */
export function checkAnnotations(annotations: Readonly<Record<string, string>>, act: string): void {
  if (Object.prototype.toString.call(annotations) !== '[object Object]') {
    throw new TypeError(`${act}: annotations have to be an object of strings, not ${show(annotations)}`)
  }
  for (const [name, value] of Object.entries(annotations)) {
    if (typeof value === 'string') continue
    throw new TypeError(`${act}: the annotation ${show(name)} has to be a string, not ${show(value)}`)
  }
  const { [CREATED]: created } = annotations
  if (created === undefined || isDate(created)) return
  throw new ValidationError('ARTIFACT_INVALID', `${act}: the annotation "${CREATED}" is not a date`, {
    remedy: 'use RFC 3339, as in "2026-01-31T12:00:00Z"',
    input: created,
  })
}

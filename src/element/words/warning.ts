import { messages } from './messages.ts'

export const $warningTexts = messages('element/warning', {
  noImage: 'The archive lists something that is not an image. It is left out.',
  noMark: 'A file that marks the format is missing. The archive is read anyway.',
  otherHalf: 'The archive describes its images twice, and one description does not match. The other one is used.',
  strangeLayer: 'A layer has a format that Docker and other engines cannot unpack.',
  wrongType: 'A layer says that it is not compressed, but it is. Engines may refuse to pull the image.',
  leftOut: 'A part of the archive is missing or damaged. Everything that needs it is left out.',
  manyFiles: 'The archive has many small files that no image uses. Only some of them were searched for signatures.',
})

/** Texts of the SDK, and the texts for them here. */
const KNOWN: readonly [RegExp, keyof ReturnType<typeof $warningTexts.get>][] = [
  [/which is no manifest; it was left out/, 'noImage'],
  [/no "oci-layout" file/, 'noMark'],
  [/its "manifest\.json" was read instead|OCI layout was read/, 'otherHalf'],
  [/which engines cannot unpack/, 'strangeLayer'],
  [/said not to be compressed, but it is/, 'wrongType'],
  [/What needs it was left out/, 'leftOut'],
  [/small files that nothing lists/, 'manyFiles'],
]

/** Says a warning of the SDK in words for the user of the page. Returns `undefined` if it is unknown. */
export function describeWarning(texts: ReturnType<typeof $warningTexts.get>, warning: string): string | undefined {
  const known = KNOWN.find(([pattern]) => pattern.test(warning))
  return known && texts[known[1]]
}

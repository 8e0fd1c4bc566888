/** An image of a registry, as people write it. */
interface NamedImage {
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
}

/**
 * Reads `repository:tag` or `repository@digest`. A tag or a digest alone is one of the same repository.
 *
 * @returns the image, or nothing if the text is empty
 */
export function readImageName(text: string, repository: string): NamedImage | undefined {
  const name = text.trim()
  if (name === '') return undefined
  const at = name.indexOf('@')
  if (at >= 0) return { repository: name.slice(0, at) || repository, reference: name.slice(at + 1) }
  if (/^sha256:/.test(name)) return { repository, reference: name }
  const colon = name.lastIndexOf(':')
  if (colon > name.lastIndexOf('/')) {
    return { repository: name.slice(0, colon) || repository, reference: name.slice(colon + 1) }
  }
  return name.includes('/') ? { repository: name, reference: 'latest' } : { repository, reference: name }
}

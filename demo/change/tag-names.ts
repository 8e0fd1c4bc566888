/** The characters of a tag (distribution-spec § Pulling manifests). */
const TAG = /^\w[\w.-]{0,127}$/

/** Reads tags with spaces or commas between them, each once. */
export function readTags(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((tag) => tag !== ''))]
}

/** Finds the first text that is not a tag. */
export function findBadTag(tags: readonly string[]): string | undefined {
  return tags.find((tag) => !TAG.test(tag))
}

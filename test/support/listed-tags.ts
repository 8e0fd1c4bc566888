/** The tags of `team/listed` in the registries that are not set up for pages: more than fit on a page of their lists. */
export const LISTED_TAGS: readonly string[] = Array.from(
  { length: 25 },
  (_, index) => `v${String(index).padStart(2, '0')}`,
)

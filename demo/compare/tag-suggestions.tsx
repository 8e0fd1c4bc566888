import { useState } from 'preact/hooks'
import { useLoading } from '../shell/loading.ts'
import { worker } from '../shell/worker.ts'
import { imageName } from '../worker/image-name.ts'

interface TagSuggestionsProps {
  /** Of the datalist. */
  readonly id: string
  readonly registry: string
  readonly repository: string
}

/** A browser draws the whole list at once. */
const MAX_TAGS = 500

/** The tags of a repository, for fields that name an image. Without them, the fields work as well. */
export function TagSuggestions({ id, registry, repository }: TagSuggestionsProps) {
  const [tags, setTags] = useState<readonly string[]>([])
  useLoading(
    async (signal) => setTags(repository ? await worker.tags.list(registry, repository, signal) : []),
    [registry, repository],
  )
  return (
    <datalist id={id}>
      {tags.slice(0, MAX_TAGS).map((tag) => (
        <option key={tag} value={imageName({ repository, reference: tag })} />
      ))}
    </datalist>
  )
}

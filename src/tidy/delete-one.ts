import { ResponseError } from '../errors.ts'
import { fromBase64 } from '../oci/base64.ts'
import type { Digest } from '../oci/digest.ts'
import { CANNOT_DELETE_TAGS, deleteManifest, deletesManifests, sendDelete } from '../registry/delete-manifest.ts'
import { manifestAt } from '../registry/manifests.ts'
import { resolveManifest } from '../registry/read-manifest.ts'
import { explainRefusedTag } from '../registry/refused-tag.ts'
import type { Registry } from '../registry/registry.ts'
import type { KeptManifest, PlannedDelete, SkipReason } from './delete-plan.ts'
import { overwriteTag } from './overwrite-tag.ts'

/** Why a part of a plan is left alone. */
export interface Skip {
  readonly reason: SkipReason
  readonly text: string
}

/** Deletes the parts of a plan. It remembers what it learns of the registry. */
interface Deleter {
  /** Deletes one part. Returns nothing if it is gone now, or why it was left alone. */
  delete(part: PlannedDelete, manifest: KeptManifest | undefined): Promise<Skip | undefined>
  /** Tells whether the registry deletes manifests at all. It is asked once. */
  deletesAtAll(): Promise<boolean>
}

const GONE: Skip = { reason: 'gone', text: 'it was already deleted' }
const NO_TAGS: Skip = {
  reason: 'tag-not-deletable',
  text: 'the registry deletes only whole manifests; { overwriteTags: true } deletes a single tag',
}

export function createDeleter(registry: Registry, repository: string, signal: AbortSignal | undefined): Deleter {
  const deletion = { registry, repository, signal }
  let deletes: Promise<boolean> | undefined

  function deletesAtAll(): Promise<boolean> {
    deletes ??= deletesManifests(deletion)
    return deletes
  }

  function resolve(reference: string): Promise<Digest | undefined> {
    return resolveManifest(manifestAt(registry, repository, reference), signal)
  }

  /** Looks at the tags once more: another client may have moved one since. */
  async function findMoved({ tags, digest }: PlannedDelete): Promise<Skip | undefined> {
    let isThere = tags.length === 0
    for (const tag of tags) {
      const now = await resolve(tag)
      if (now && now !== digest) return { reason: 'moved', text: `the tag "${tag}" points to ${now} now` }
      isThere ||= now !== undefined
    }
    return isThere ? undefined : GONE
  }

  async function deleteTag(part: PlannedDelete, manifest: KeptManifest | undefined): Promise<Skip | undefined> {
    const [tag = ''] = part.tags
    try {
      await sendDelete(deletion, tag, [])
      return undefined
    } catch (error) {
      if (!(error instanceof ResponseError) || !CANNOT_DELETE_TAGS.includes(error.status)) throw error
      if (explainRefusedTag(error) !== error) throw error
      if (error.status === 404 && !(await resolve(tag))) return GONE
      const bytes = part.way === 'overwrite' && manifest ? fromBase64(manifest.content) : undefined
      const isClear = error.status === 400 || error.status === 404
      if (!bytes && isClear) return NO_TAGS
      if (!(await deletesAtAll())) throw error
      if (!manifest || !bytes) return NO_TAGS
      await overwriteTag({ registry, repository, tag, manifest: { ...manifest, bytes }, signal })
      return undefined
    }
  }

  return {
    deletesAtAll,
    async delete(part, manifest) {
      const moved = await findMoved(part)
      if (moved) return moved
      try {
        if (part.way !== 'digest') return await deleteTag(part, manifest)
        return (await deleteManifest(deletion, part.digest)) ? undefined : GONE
      } catch (error) {
        throw explainRefusedTag(error)
      }
    },
  }
}

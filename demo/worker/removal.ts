import {
  type DeletedContent,
  type DeletePlan,
  type DeleteProgress,
  executeDelete,
  type PlannedDelete,
  planDelete,
  type RetentionRules,
  type SkippedDelete,
  type StayingImage,
  sortTags,
  type UndoResult,
  undoDelete,
} from 'registry-api-v2-client'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import type { Session } from '../../src/element/worker/session.ts'
import { blobsOfGoing, countFreed, sumOf } from './freed-bytes.ts'

/** The images to delete: tags and digests, or rules with lists of patterns. */
export type RemovalChoice = readonly string[] | RemovalRules

/** The rules that the form has. */
export interface RemovalRules extends Pick<RetentionRules, 'keepNewest' | 'by'> {
  readonly tags?: readonly string[] | undefined
  readonly keep?: readonly string[] | undefined
  /** True if a tag goes although its image stays under another name. @default false */
  readonly dropsNames?: boolean | undefined
  /** An age such as `30d`. */
  readonly olderThan?: string | undefined
}

/** A plan, as the page shows it. The Worker has the whole, with the bytes of manifests. */
export interface RemovalPlan {
  /** Its number in this Worker. */
  readonly id: number
  readonly deletes: readonly PlannedDelete[]
  readonly stays: readonly StayingImage[]
  /** The tags and digests that could not be read. */
  readonly unread: readonly string[]
  /** The size of all blobs of the images that go. A garbage collection frees at most these. */
  readonly bytes: number
}

/** The result of an executed plan. */
export interface RemovalResult {
  readonly deleted: readonly PlannedDelete[]
  readonly skipped: readonly SkippedDelete[]
  readonly failed: readonly RefusedRemoval[]
}

/** A part of a plan that the registry refused. */
interface RefusedRemoval {
  readonly digest: string
  readonly tags: readonly string[]
  readonly fault: Fault
}

/** Deletes images, and restores them. */
export function createRemoval(session: Session) {
  const plans = new Map<number, DeletePlan>()
  const undos = new Map<number, DeletedContent>()
  let count = 0

  function find<T>(kept: ReadonlyMap<number, T>, id: number): T {
    const found = kept.get(id)
    if (!found) throw new TypeError(`Cannot delete: plan ${id} is not known`)
    return found
  }

  return {
    /** Plans what goes. An earlier plan stays until `forget`. */
    plan(
      registry: string,
      repository: string,
      choice: RemovalChoice,
      overwriteTags: boolean,
      signal: AbortSignal,
    ): Promise<RemovalPlan> {
      return session.use(registry, async (handle) => {
        // The page itself asks before the last tag goes.
        const all = await planDelete(handle, repository, rulesOf(choice), { all: true, overwriteTags, signal })
        const plan = isList(choice) || choice.dropsNames ? all : keepNames(all)
        const id = count++
        plans.set(id, plan)
        const unread = plan.unread.map(({ reference }) => reference)
        return {
          id,
          deletes: plan.deletes.toSorted(byTag(plan)),
          stays: plan.stays,
          unread,
          bytes: sumOf(blobsOfGoing(plan)),
        }
      })
    },

    /** Counts the bytes that no other image of the repository needs. It reads the manifests of all that stay. */
    freed(registry: string, id: number, signal: AbortSignal): Promise<number> {
      return session.use(registry, (handle) => countFreed(handle, find(plans, id), signal))
    },

    /** Executes a plan. What it deleted can be undone, also after an abort. */
    execute(
      registry: string,
      id: number,
      onProgress: (progress: DeleteProgress) => void,
      signal: AbortSignal,
    ): Promise<RemovalResult> {
      const plan = find(plans, id)
      return session.use(registry, async (handle) => {
        undos.set(id, plan)
        const { deleted, skipped, failed, undo } = await executeDelete(plan, handle, { signal, onProgress })
        undos.set(id, undo)
        const refused = failed.map(({ digest, tags, error }) => ({ digest, tags, fault: toFault(error) }))
        return { deleted: deleted.toSorted(byTag(plan)), skipped, failed: refused }
      })
    },

    /** Writes the file that undoes the delete later. `registry-client undo` takes it, too. */
    undoFile: (id: number) => new Blob([JSON.stringify(find(undos, id))], { type: 'application/json' }),

    /**
     * Reads an undo file.
     *
     * @throws {TypeError} if it is not one
     */
    async openUndo(
      file: Blob,
    ): Promise<{ readonly id: number; readonly repository: string; readonly names: readonly string[] }> {
      const undo: unknown = await new Response(file).json()
      if (!isDeletedContent(undo)) throw new TypeError('Cannot undo: the file is not of a delete')
      const id = count++
      undos.set(id, undo)
      const names = undo.deletes.flatMap(({ tags, digest }) => (tags.length > 0 ? tags : [digest]))
      return { id, repository: undo.repository, names }
    },

    /** Restores the images that a plan has deleted. */
    undo(registry: string, id: number, signal: AbortSignal): Promise<UndoResult> {
      return session.use(registry, (handle) => undoDelete(find(undos, id), handle, { signal }))
    },

    /** Forgets a plan, and how to undo it. */
    forget(id: number): void {
      plans.delete(id)
      undos.delete(id)
    },
  }
}

/** Looks whether a file can be of a delete. The undo itself checks the rest. */
function isDeletedContent(value: unknown): value is DeletedContent {
  const { repository, deletes } = Object(value) as Partial<Record<keyof DeletedContent, unknown>>
  return typeof repository === 'string' && Array.isArray(deletes) && deletes.every((step) => Array.isArray(step?.tags))
}

function isList(choice: RemovalChoice): choice is readonly string[] {
  return Array.isArray(choice)
}

/** Returns a choice as the SDK takes it. */
function rulesOf(choice: RemovalChoice): readonly string[] | RetentionRules {
  if (isList(choice)) return choice
  const { dropsNames, ...rules } = choice
  return rules
}

/** Leaves the tags of images that stay. Without them nothing would be freed, and a name would be lost. */
function keepNames(plan: DeletePlan): DeletePlan {
  const alone = plan.deletes.filter(({ way }) => way !== 'digest')
  const stays = alone.flatMap(({ tags, digest, siblings }) => {
    const image = plan.stays.find((one) => one.digest === digest && one.tag === undefined)
    const reason = siblings.length > 0 ? 'shared' : (image?.reason ?? 'listed')
    return tags.map((tag): StayingImage => ({ tag, digest, reason, text: 'its image is kept' }))
  })
  return {
    ...plan,
    deletes: plan.deletes.filter(({ way }) => way === 'digest'),
    stays: [...plan.stays, ...stays],
  }
}

/** Orders steps as the list of tags does: the newest version first, and what has no tag last. */
function byTag({ deletes }: DeletePlan): (one: PlannedDelete, other: PlannedDelete) => number {
  const places = new Map(sortTags(deletes.flatMap(({ tags }) => tags)).map((tag, place) => [tag, place]))
  const placeOf = ({ tags }: PlannedDelete) => Math.min(...tags.map((tag) => places.get(tag) ?? 0), places.size)
  return (one, other) => placeOf(one) - placeOf(other)
}

import { positive, show, text } from '../check-options.ts'
import { isDigest } from '../oci/digest.ts'
import { parseRepositoryOf, parseTag } from '../oci/reference.ts'
import { type Registry, type RegistryInput, toRegistry } from '../registry/registry.ts'
import type { DeleteChoice, DeleteTagsOptions, PlanDeleteOptions, TidyOptions } from './delete-options.ts'
import type { DeletedContent, DeletePlan, DeleteResult, PlannedDelete, UndoResult } from './delete-plan.ts'
import { readKept } from './kept-manifests.ts'
import { makePlan } from './make-plan.ts'
import { createRepositoryReader, type RepositoryReader } from './repository-reader.ts'
import { runDelete } from './run-delete.ts'
import { runUndo } from './run-undo.ts'

const DEFAULT_CONCURRENCY = 8

export async function plan(
  registry: RegistryInput,
  repository: string,
  what: DeleteChoice,
  options: PlanDeleteOptions,
): Promise<DeletePlan> {
  return makePlan(openReader(toRegistry(registry), repository, options), what, options)
}

export async function planAndExecute(
  registry: RegistryInput,
  repository: string,
  what: DeleteChoice,
  options: DeleteTagsOptions,
): Promise<DeleteResult> {
  const handle = toRegistry(registry)
  const reader = openReader(handle, repository, options)
  const plan = await makePlan(reader, what, options)
  if (!options.onPlan) return runDelete(reader, plan, options, true)
  await options.onPlan(plan)
  // The callback may have taken long.
  return execute(plan, handle, options)
}

export async function execute(
  plan: DeletePlan,
  registry: RegistryInput | undefined,
  options: TidyOptions,
): Promise<DeleteResult> {
  const reader = openReaderOf(plan, registry, options, 'execute the plan')
  const { tags, unread } = plan
  if (![tags, unread].every(Array.isArray)) throw notPlan('execute the plan', plan)
  await readKept(plan, 'execute the plan')
  return runDelete(reader, plan, options)
}

export async function putBack(
  undo: DeletedContent,
  registry: RegistryInput | undefined,
  options: TidyOptions,
): Promise<UndoResult> {
  return runUndo(openReaderOf(undo, registry, options, 'undo the delete'), undo, options)
}

function openReader(registry: Registry, repository: string, options: TidyOptions): RepositoryReader {
  const name = text('repository', repository, 'the name of a repository, such as "team/app"')
  const concurrency = positive('concurrency', options.concurrency ?? DEFAULT_CONCURRENCY)
  return createRepositoryReader(registry, parseRepositoryOf(registry.url, name), {
    concurrency,
    signal: options.signal,
  })
}

/** Checks a plan or an undo, which may come from a file. */
function openReaderOf(
  content: DeletedContent,
  registry: RegistryInput | undefined,
  options: TidyOptions,
  act: string,
): RepositoryReader {
  const given = registry === undefined ? undefined : toRegistry(registry)
  if (typeof content?.registry !== 'string' || ![content.deletes, content.manifests].every(Array.isArray)) {
    throw notPlan(act, content)
  }
  if (content.version !== 1) {
    throw new TypeError(
      `Cannot ${act}: it has version ${show(content.version)}, and only version 1 is known; plan again`,
    )
  }
  if (!content.deletes.every(isStep)) throw notPlan(act, content)
  for (const { tags } of content.deletes) tags.forEach(parseTag)
  const handle = given ?? toRegistry(content.registry)
  if (handle.url !== content.registry) {
    throw new TypeError(
      `Cannot ${act} at ${handle.url}: it was made for ${content.registry}; make one for this registry`,
    )
  }
  return openReader(handle, content.repository, options)
}

/** Checks a step. A digest instead of a tag, or the reverse, would delete something else. */
function isStep(step: PlannedDelete): boolean {
  const { digest, way, tags, after, listed } = step ?? {}
  const isWay = way === 'digest' || ((way === 'tag' || way === 'overwrite') && tags?.length === 1)
  const digests = [digest, ...(listed ? [listed.list, listed.subject] : [])]
  return isWay && digests.every(isDigest) && [tags, after].every(Array.isArray)
}

function notPlan(act: string, value: unknown): TypeError {
  return new TypeError(`Cannot ${act}: pass what planDelete or executeDelete gave (await it), not ${show(value)}`)
}

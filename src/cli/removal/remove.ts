import { type DeleteChoice, type DeletePlan, type DeleteProgress, executeDelete, planDelete } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { nameOf, type Place } from '../input/place.ts'
import { formatArgument } from '../terminal/argument.ts'
import { EXIT } from '../terminal/exit-code.ts'
import { describePlan, showPlan } from './describe-plan.ts'
import { describeResult } from './describe-result.ts'
import { removeUndo, replaceUndo, writeUndo } from './undo-file.ts'

/** The options of delete and prune. */
export interface RemovalFlags {
  readonly yes?: true | undefined
  readonly dryRun?: true | undefined
  /** The file to write for an undo. */
  readonly undo?: string | undefined
  readonly all?: true | undefined
  readonly overwriteTags?: true | undefined
  readonly children: boolean
  readonly referrers: boolean
}

/** The images to delete. */
interface Removal {
  readonly place: Place
  readonly what: DeleteChoice
  /** Checks the plan before it is shown. */
  readonly check?: (plan: DeletePlan) => void
}

/** Plans a delete, shows the plan, asks, and deletes. */
export async function remove(
  context: Context,
  { place, what, check }: Removal,
  { yes, dryRun, undo, ...options }: RemovalFlags,
): Promise<Result> {
  const { signal, showProgress: onProgress, columns } = context
  const registry = await context.openRegistry(place.registry)
  const warnings: string[] = []
  const onWarning = (warning: string) => warnings.push(warning)
  const plan = await planDelete(registry, place.repository, what, { ...options, signal, onWarning, onProgress })
  check?.(plan)
  warnings.forEach(context.onWarning)
  const name = nameOf(place)
  if (dryRun) return { json: plan, lines: describePlan(plan, name, columns) }
  if (plan.deletes.length === 0) {
    context.note(`Nothing to delete in ${name}.`)
    return describeResult(emptyResult(plan), name)
  }
  if (!yes) {
    for (const line of showPlan(plan, name, undo, columns)) context.note(line)
    if (!(await context.confirm(`Delete from ${name}?`))) {
      context.note('Nothing was deleted.')
      return { ...describeResult(emptyResult(plan), name), exitCode: EXIT.failed }
    }
  }
  return execute(context, plan, name, undo)
}

async function execute(context: Context, plan: DeletePlan, name: string, undo: string | undefined): Promise<Result> {
  const { signal, onWarning } = context
  const registry = await context.openRegistry(plan.registry)
  if (undo !== undefined) await writeUndo(undo, plan)
  let [done, total] = [0, plan.deletes.length]
  context.onInterrupt(() => {
    const way = undo === undefined ? '' : ` registry-client undo ${formatArgument(undo)} restores what was deleted.`
    return `${done} of ${total} deletes were done; others may have been under way.${way}`
  })
  try {
    const onProgress = (progress: DeleteProgress) => {
      ;({ done, total } = progress)
      context.showProgress(progress)
    }
    const result = await executeDelete(plan, registry, { signal, onWarning, onProgress })
    if (undo !== undefined) await replaceUndo(undo, result.undo)
    if (result.deleted.some(({ way }) => way === 'digest')) context.note(afterwards(undo))
    return describeResult(result, name)
  } catch (error) {
    // It throws only before the first delete, or if it is aborted.
    if (undo !== undefined && !signal.aborted) await removeUndo(undo)
    throw error
  }
}

function afterwards(undo: string | undefined): string {
  const space = 'The registry frees the space when it runs its garbage collection.'
  return undo === undefined
    ? space
    : `${space} Until then, registry-client undo ${formatArgument(undo)} restores the images.`
}

function emptyResult({ version, registry, repository }: DeletePlan) {
  const undo = { version, registry, repository, deletes: [], manifests: [] }
  return { deleted: [], skipped: [], failed: [], undo }
}

import { atom } from 'nanostores'
import type { UndoResult } from 'registry-api-v2-client'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import { saveBlob } from '../shell/save-blob.ts'
import { worker } from '../shell/worker.ts'

/** A delete that can be undone. It outlives the dialog of the delete. */
export interface Undo {
  /** The number of the plan in the Worker. */
  readonly id: number
  readonly registry: string
  readonly repository: string
  /** The deleted tags, or digests of images without tags. */
  readonly names: readonly string[]
  /** False if the delete was stopped, and it is not known how much of it is done. */
  readonly isWhole: boolean
  /** True while a dialog shows it. */
  readonly isInDialog: boolean
  /** `deleting`: the delete has not ended. */
  readonly state: 'deleting' | 'ready' | 'undoing' | 'undone'
  readonly result: UndoResult | undefined
  /** Why the last try to undo failed. */
  readonly fault: Fault | undefined
}

/** The deletes of this visit that can be undone, the newest last. */
export const $undos = atom<readonly Undo[]>([])

/** The delete that was undone last. */
export const $lastUndone = atom<Undo | undefined>()

function findUndo(id: number | undefined): Undo | undefined {
  return $undos.get().find((undo) => undo.id === id)
}

/** Adds a delete when it begins, since an aborted delete can be undone, too. */
export function addUndo(
  begun: Pick<Undo, 'id' | 'registry' | 'repository' | 'names'>,
  state: Undo['state'] = 'deleting',
): void {
  removeUndo(begun.id)
  const undo: Undo = { ...begun, isWhole: true, isInDialog: true, state, result: undefined, fault: undefined }
  $undos.set([...$undos.get(), undo])
}

export function updateUndo(id: number, change: Partial<Undo>): void {
  $undos.set($undos.get().map((undo) => (undo.id === id ? { ...undo, ...change } : undo)))
}

/** Restores deleted images. */
export async function runUndo({ id, registry }: Pick<Undo, 'id' | 'registry'>): Promise<void> {
  updateUndo(id, { state: 'undoing', fault: undefined })
  try {
    const result = await worker.removal.undo(registry, id, new AbortController().signal)
    updateUndo(id, { state: 'undone', result })
    $lastUndone.set(findUndo(id))
  } catch (error) {
    updateUndo(id, { state: 'ready', fault: toFault(error) })
  }
}

/** Removes a delete that has deleted nothing. */
export function removeUndo(id: number): void {
  $undos.set($undos.get().filter((undo) => undo.id !== id))
}

/** Forgets a delete, and how to undo it. */
export function forgetUndo(id: number): void {
  removeUndo(id)
  void worker.removal.forget(id)
}

/** Called when the dialog of a plan closes: what can be undone goes to the list, the rest is forgotten. */
export function leaveDialog(id: number): void {
  const undo = findUndo(id)
  if (!undo || undo.state === 'undone') forgetUndo(id)
  else updateUndo(id, { isInDialog: false })
}

/** Has the browser save the undo file. */
export async function saveUndo({ id, repository }: Pick<Undo, 'id' | 'repository'>): Promise<void> {
  saveBlob(await worker.removal.undoFile(id), `undo-${repository.replaceAll('/', '-')}.json`)
}

import { readFile } from 'node:fs/promises'
import { type DeletedContent, RegistryError, undoDelete, ValidationError } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { nameOf } from '../input/place.ts'
import { EXIT } from '../terminal/exit-code.ts'

/** Restores deleted images. */
export async function undo(context: Context, file: string): Promise<Result> {
  const deleted = await readDeleted(file)
  const { signal, onWarning, showProgress: onProgress } = context
  const registry = await context.openRegistry(deleted.registry)
  const result = await undoDelete(deleted, registry, { signal, onWarning, onProgress }).catch((error) => {
    throw error instanceof TypeError ? notUndo(file, error) : error
  })
  const { manifests, tags, kept } = result
  const name = nameOf(deleted)
  const tagged = new Set(tags.map(({ digest }) => digest))
  if (kept.length > 0) {
    onWarning(`Tags that point to other images now were not changed: ${kept.map(({ tag }) => tag).join(', ')}.`)
  }
  return {
    json: result,
    lines: [
      ...tags.map(({ tag, digest }) => `restored ${name}:${tag}@${digest}`),
      ...manifests.filter((digest) => !tagged.has(digest)).map((digest) => `restored ${name}@${digest}`),
      ...kept.map(({ tag, digest }) => `kept ${name}:${tag}@${digest}`),
    ],
    exitCode: kept.length > 0 ? EXIT.refused : EXIT.done,
  }
}

/** Reads an undo, a plan, or the result of a delete as a document, which has the undo in it. */
async function readDeleted(file: string): Promise<DeletedContent> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new RegistryError('FILE_UNREADABLE', `Cannot read "${file}": ${cause.code}`, {
      remedy: 'check the path',
      cause,
    })
  })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    throw notUndo(file, cause)
  }
  const content = (document as { undo?: unknown } | null)?.undo ?? document
  if (typeof (content as DeletedContent | null)?.registry === 'string') return content as DeletedContent
  throw notUndo(file, undefined)
}

function notUndo(file: string, cause: unknown): ValidationError {
  return new ValidationError('PLAN_MISMATCH', `Cannot undo by "${file}": it is not the output of a delete`, {
    remedy: 'pass the file of --undo, or the output of registry-client delete --json',
    path: file,
    cause,
  })
}

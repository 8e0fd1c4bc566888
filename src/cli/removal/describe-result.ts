import type { DeleteResult } from '../../node/index.ts'
import type { Result } from '../context/result.ts'
import { inCommandWords } from '../terminal/command-words.ts'
import { EXIT } from '../terminal/exit-code.ts'
import { describeFailure } from '../terminal/failure.ts'
import { failureDocument } from '../terminal/output.ts'

/** A manifest with the tags that go with it. */
interface Named {
  readonly digest: string
  readonly tags: readonly string[]
}

/** Describes what was deleted, and what was not. The first failure gives the exit code. */
export function describeResult({ deleted, skipped, failed, undo }: DeleteResult, name: string): Result {
  const failures = failed.map(({ error, ...named }) => ({ ...named, failure: describeFailure(error) }))
  const [first] = failures
  return {
    json: {
      deleted,
      skipped,
      failed: failures.map(({ digest, tags, failure }) => ({ digest, tags, ...failureDocument(failure) })),
      undo,
    },
    lines: [
      ...deleted.flatMap((step) => referencesOf(step, name).map((reference) => `deleted ${reference}`)),
      ...skipped.flatMap((step) =>
        referencesOf(step, name).map((reference) => `skipped ${reference}: ${inCommandWords(step.text)}`),
      ),
      ...failures.flatMap((step) =>
        referencesOf(step, name).map((reference) => `failed ${reference}: ${step.failure.message}`),
      ),
    ],
    exitCode: first?.failure.exitCode ?? (skipped.some(({ reason }) => reason !== 'gone') ? EXIT.refused : EXIT.done),
  }
}

/** Each tag of a manifest, or the manifest itself if it has none. */
function referencesOf({ digest, tags }: Named, name: string): readonly string[] {
  return tags.length > 0 ? tags.map((tag) => `${name}:${tag}@${digest}`) : [`${name}@${digest}`]
}

import { useStore } from '@nanostores/preact'
import type { Fault } from '../words/fault.ts'
import { messages } from '../words/messages.ts'
import { $problemTexts, describeProblem } from '../words/problem.ts'

const $texts = messages('element/fault', { details: 'Details' })

/**
 * Says what went wrong and what to do. The region is always there: screen readers miss one that appears with its text.
 */
export function ProblemText({ fault }: { readonly fault: Fault | undefined }) {
  const texts = useStore($texts)
  const problemTexts = useStore($problemTexts)
  const problem = fault && describeProblem(problemTexts, fault)
  return (
    <div role="alert">
      {problem && (
        <div class="problem" part="problem">
          <strong>{problem.title}</strong>
          <p>{problem.advice}</p>
          <details>
            <summary>{texts.details}</summary>
            <p class="wrap">
              <bdi>{problem.detail}</bdi>
            </p>
          </details>
        </div>
      )}
    </div>
  )
}

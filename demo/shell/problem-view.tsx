import { useStore } from '@nanostores/preact'
import type { Fault } from '../../src/element/words/fault.ts'
import { messages } from '../../src/element/words/messages.ts'
import { $problemTexts, describeProblem } from '../../src/element/words/problem.ts'
import { Unreachable } from './unreachable.tsx'

const $texts = messages('shell/problem', {
  details: 'What the registry says',
  again: 'Try again',
})

interface ProblemViewProps {
  readonly fault: Fault | undefined
  readonly onRetry?: () => void
}

/** Says what went wrong. The region is always there: screen readers miss one that appears together with its text. */
export function ProblemView({ fault, onRetry }: ProblemViewProps) {
  const texts = useStore($texts)
  const problemTexts = useStore($problemTexts)
  const problem = fault && describeProblem(problemTexts, fault)
  return (
    <>
      <div role="alert">
        {problem && (
          <article class="problem">
            <h2>{problem.title}</h2>
            <p>{problem.advice}</p>
            {problem.detail && (
              <details>
                <summary>{texts.details}</summary>
                <p class="wrap">{problem.detail}</p>
              </details>
            )}
            {onRetry && (
              <button type="button" onClick={onRetry}>
                {texts.again}
              </button>
            )}
          </article>
        )}
      </div>
      <Unreachable fault={fault} />
    </>
  )
}

import { useStore } from '@nanostores/preact'
import type { Fault } from '../../src/element/words/fault.ts'
import { messages } from '../../src/element/words/messages.ts'
import { $problemTexts, describeProblem } from '../../src/element/words/problem.ts'
import { Unreachable, useUnreachable } from './unreachable.tsx'

const $texts = messages('shell/problem', {
  said: 'Answer of the registry',
  details: 'Details',
  again: 'Try again',
  signIn: 'Sign in',
  reload: 'Load the page again',
})

interface ProblemViewProps {
  readonly fault: Fault | undefined
  /** Says what went wrong. @default as the code of the fault says */
  readonly title?: string | undefined
  /** The registry that the fault is about. @default that of the place */
  readonly registry?: string | undefined
  readonly onRetry?: () => void
}

/** Says what went wrong. The region is always there: screen readers miss one that appears together with its text. */
export function ProblemView({ fault, title, registry, onRetry }: ProblemViewProps) {
  const isUnreachable = useUnreachable(fault, registry) !== undefined
  const problem = fault && <Problem {...{ fault, title, onRetry }} />
  return (
    <>
      <div role="alert">{!isUnreachable && problem}</div>
      <Unreachable {...{ fault, registry, onRetry }}>{problem}</Unreachable>
    </>
  )
}

function Problem({ fault, title, onRetry }: Pick<ProblemViewProps, 'title' | 'onRetry'> & { readonly fault: Fault }) {
  const texts = useStore($texts)
  const problem = describeProblem(useStore($problemTexts), fault)
  const act = fault.code === 'PART_NOT_LOADED' ? () => location.reload() : onRetry
  return (
    <article class="problem">
      <h2>{title ?? problem.title}</h2>
      <p>{problem.advice}</p>
      {problem.detail && (
        <details>
          <summary>{fault.status === undefined ? texts.details : texts.said}</summary>
          <p class="wrap">{problem.detail}</p>
        </details>
      )}
      {act && (
        <button type="button" onClick={act}>
          {labelOf(fault)}
        </button>
      )}
    </article>
  )

  function labelOf({ code }: Fault): string {
    if (code === 'PART_NOT_LOADED') return texts.reload
    return code === 'SIGN_IN_CANCELLED' ? texts.signIn : texts.again
  }
}

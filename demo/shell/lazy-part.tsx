import type { ComponentType } from 'preact'
import { lazy } from 'preact/compat'
import { PartFault, toFault } from '../../src/element/words/fault.ts'
import { ProblemView } from './problem-view.tsx'

/**
 * Loads a part of the page when it is shown first. If it does not load, its place says so: the files of a page that was
 * updated have other names.
 */
export function lazyPart<Props>(load: () => Promise<{ readonly default: ComponentType<Props> }>): ComponentType<Props> {
  return lazy<ComponentType<Props>>(() =>
    load().catch((cause) => {
      const fault = toFault(new PartFault(cause))
      return { default: () => <ProblemView fault={fault} /> }
    }),
  )
}

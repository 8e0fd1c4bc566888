import { createElement, findElement } from './element.ts'
import { toProblem } from './problem.ts'

const alert = findElement('alert', HTMLElement)

/** Shows an error. */
export function showError(error: unknown): void {
  const { title, advice, detail } = toProblem(error)
  const texts = [createElement('h2', {}, title), createElement('p', {}, advice)]
  if (detail !== undefined) texts.push(createElement('p', { className: 'muted detail' }, detail))
  // The region itself is always there: screen readers miss one that appears together with its text.
  alert.replaceChildren(createElement('div', { className: 'alert' }, ...texts))
  alert.scrollIntoView({ block: 'nearest' })
}

export function clearError(): void {
  alert.replaceChildren()
}

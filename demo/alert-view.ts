import { createElement, findElement } from './element.ts'

/** By the names of the errors: from a Worker they come without their classes. */
const TITLES: Readonly<Record<string, string>> = {
  TarReadError: 'This file cannot be read',
  ValidationError: 'This cannot be pushed as it is',
  DigestMismatchError: 'The archive is damaged',
  ResponseError: 'The registry says no',
  NetworkError: 'The registry does not answer',
}

const alert = findElement('alert', HTMLElement)

/** Shows an error. The package writes its messages for people, so they are shown as they are. */
export function showError(error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const title = TITLES[name] ?? 'Something went wrong'
  // The region itself is always there: screen readers miss one that appears together with its text.
  alert.replaceChildren(
    createElement('div', { className: 'alert' }, createElement('h2', {}, title), createElement('p', {}, message)),
  )
  alert.scrollIntoView({ block: 'nearest' })
}

export function clearError(): void {
  alert.replaceChildren()
}

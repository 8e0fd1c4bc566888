import { DigestMismatchError, NetworkError, ResponseError, TarReadError, ValidationError } from 'registry-api-v2-client'
import { createElement, findElement } from './element.ts'

const TITLES = [
  [TarReadError, 'This file cannot be read'],
  [ValidationError, 'This cannot be pushed as it is'],
  [DigestMismatchError, 'The archive is damaged'],
  [ResponseError, 'The registry says no'],
  [NetworkError, 'The registry does not answer'],
] as const

const alert = findElement('alert', HTMLElement)

/** Shows an error. The package writes its messages for people, so they are shown as they are. */
export function showError(error: unknown): void {
  const title = TITLES.find(([type]) => error instanceof type)?.[1] ?? 'Something went wrong'
  const message = error instanceof Error ? error.message : String(error)
  // The region itself is always there: screen readers miss one that appears together with its text.
  alert.replaceChildren(
    createElement('div', { className: 'alert' }, createElement('h2', {}, title), createElement('p', {}, message)),
  )
  alert.scrollIntoView({ block: 'nearest' })
}

export function clearError(): void {
  alert.replaceChildren()
}

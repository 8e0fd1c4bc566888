import type { Credentials, CredentialsRequest } from 'registry-api-v2-client'
import { findElement } from './element.ts'

const dialog = findElement('sign-in', HTMLDialogElement)
const form = findElement('sign-in-form', HTMLFormElement)
const registryText = findElement('sign-in-registry', HTMLElement)
const username = findElement('username', HTMLInputElement)
const password = findElement('password', HTMLInputElement)
const state = findElement('sign-in-state', HTMLElement)
const submit = findElement('sign-in-submit', HTMLButtonElement)

/** A request for credentials, with what the page knows of an earlier answer. */
export interface SignInRequest extends CredentialsRequest {
  /** The registry has refused what was given before. */
  readonly isRefused: boolean
}

let onAnswer = (_credentials: Credentials | undefined) => {}

/**
 * Asks the user who they are. The dialog stays open until `closeSignIn`, so that it can say that a password is wrong.
 *
 * @param onCancel Called when the user cancels later, while the registry is asked.
 * @returns nothing if the user would rather not say
 */
export function askForCredentials(
  { registry, isRefused }: SignInRequest,
  onCancel: () => void,
): Promise<Credentials | undefined> {
  registryText.textContent = new URL(registry).host
  state.textContent = isRefused ? 'The registry did not accept that. Check the user name and the password.' : ''
  state.classList.toggle('fault', isRefused)
  password.setAttribute('aria-invalid', String(isRefused))
  password.value = ''
  submit.disabled = false
  if (!dialog.open) dialog.showModal()
  if (isRefused) password.focus()
  return new Promise((resolve) => {
    onAnswer = (credentials) => {
      onAnswer = onCancel
      resolve(credentials)
    }
  })
}

/** The registry has let the user in, or the push has ended. */
export function closeSignIn(): void {
  onAnswer = () => {}
  password.value = ''
  dialog.close()
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  state.textContent = 'Signing in…'
  state.classList.remove('fault')
  submit.disabled = true
  onAnswer({ username: username.value, password: password.value })
})
// Escape closes it too.
dialog.addEventListener('close', () => onAnswer(undefined))
findElement('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())

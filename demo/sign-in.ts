import type { Credentials, CredentialsRequest } from 'registry-api-v2-client'
import { findElement } from './element.ts'

const dialog = findElement('sign-in', HTMLDialogElement)
const registryText = findElement('sign-in-registry', HTMLElement)
const username = findElement('username', HTMLInputElement)
const password = findElement('password', HTMLInputElement)

/**
 * Asks the user who they are.
 *
 * @returns nothing if the user would rather not say
 */
export function askForCredentials({ registry }: CredentialsRequest): Promise<Credentials | undefined> {
  registryText.textContent = new URL(registry).host
  password.value = ''
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    const answer = () => {
      const isGiven = dialog.returnValue === 'sign-in'
      resolve(isGiven ? { username: username.value, password: password.value } : undefined)
      password.value = ''
    }
    dialog.addEventListener('close', answer, { once: true })
  })
}

findElement('sign-in-cancel', HTMLButtonElement).addEventListener('click', () => dialog.close())

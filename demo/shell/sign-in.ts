import type { Credentials } from 'registry-api-v2-client'
import { createSignIn } from '../../src/element/view/sign-in.ts'
import type { SignInRequest } from '../../src/element/worker/session.ts'
import { forgetCredentials, keepCredentials, keptCredentials } from './kept-credentials.ts'

/** The dialog of the page. */
export const signIn = createSignIn(({ registry }, credentials, isRemembered) => {
  if (isRemembered) keepCredentials(registry, credentials)
  else forgetCredentials(registry)
})

/** Gives the remembered credentials of a registry, or asks the user who they are. */
export async function askForCredentials(request: SignInRequest): Promise<Credentials | undefined> {
  const kept = request.isRefused ? undefined : keptCredentials(request.registry)
  return kept ?? signIn.ask(request)
}

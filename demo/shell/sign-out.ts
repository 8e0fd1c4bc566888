import { atom } from 'nanostores'
import { forgetCredentials } from './kept-credentials.ts'
import { worker } from './worker.ts'

/** How often the user has signed out. What a registry showed before is not for who comes then. */
export const $signOuts = atom(0)

/** Forgets who the user of a registry is: in this browser, and in the Worker. */
export async function signOut(address: string): Promise<void> {
  forgetCredentials(address)
  await worker.signOut(address)
  $signOuts.set($signOuts.get() + 1)
}

import { forgetCredentials } from './kept-credentials.ts'
import { worker } from './worker.ts'

/** Forgets who the user of a registry is: in this browser, and in the Worker. */
export async function signOut(address: string): Promise<void> {
  forgetCredentials(address)
  await worker.signOut(address)
}

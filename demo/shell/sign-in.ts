import { atom } from 'nanostores'
import type { Credentials } from 'registry-api-v2-client'
import type { SignInRequest } from '../../src/element/worker/session.ts'

/** The question that the sign-in dialog shows. */
export interface SignInQuestion extends SignInRequest {
  answer(credentials: Credentials | undefined): void
}

/** The question that waits for the user. */
export const $signInQuestion = atom<SignInQuestion | undefined>()

/** Asks the user who they are. Requests of one registry share a question, those of others wait. */
export async function askForCredentials(request: SignInRequest): Promise<Credentials | undefined> {
  const before = waiting.get(request.registry)
  if (before) return before
  const asked = last.then(() => ask(request)).finally(() => waiting.delete(request.registry))
  last = asked.catch(() => undefined)
  waiting.set(request.registry, asked)
  return asked
}

const waiting = new Map<string, Promise<Credentials | undefined>>()
let last: Promise<unknown> = Promise.resolve()

function ask(request: SignInRequest): Promise<Credentials | undefined> {
  return new Promise((resolve) => {
    $signInQuestion.set({
      ...request,
      answer(credentials) {
        $signInQuestion.set(undefined)
        resolve(credentials)
      },
    })
  })
}

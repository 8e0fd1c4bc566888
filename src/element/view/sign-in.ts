import { atom, type ReadableAtom } from 'nanostores'
import type { Credentials, PasswordCredentials } from '../../index.ts'
import type { SignInRequest } from '../worker/session.ts'
import type { SignInQuestion } from './sign-in-dialog.tsx'

/** Asks the user who they are, in a dialog. */
export interface SignIn {
  /** The question that the dialog shows. */
  readonly $question: ReadableAtom<SignInQuestion | undefined>
  /** Requests of one registry share a question, those of others wait. */
  ask(request: SignInRequest): Promise<Credentials | undefined>
}

/** @param onAnswer Hears what the user answered, and whether it should be remembered. */
export function createSignIn(
  onAnswer: (request: SignInRequest, credentials: PasswordCredentials, isRemembered: boolean) => void = () => undefined,
): SignIn {
  const $question = atom<SignInQuestion | undefined>()
  const waiting = new Map<string, Promise<Credentials | undefined>>()
  /** The names that were typed, by registry. */
  const usernames = new Map<string, string>()
  let last: Promise<unknown> = Promise.resolve()

  function show(request: SignInRequest): Promise<Credentials | undefined> {
    return new Promise((resolve) => {
      $question.set({
        ...request,
        username: usernames.get(request.registry),
        answer(credentials, isRemembered = false) {
          $question.set(undefined)
          if (credentials) {
            usernames.set(request.registry, credentials.username)
            onAnswer(request, credentials, isRemembered)
          }
          resolve(credentials)
        },
      })
    })
  }

  return {
    $question,
    async ask(request) {
      const before = waiting.get(request.registry)
      if (before) return before
      const asked = last.then(() => show(request)).finally(() => waiting.delete(request.registry))
      last = asked.catch(() => undefined)
      waiting.set(request.registry, asked)
      return asked
    },
  }
}

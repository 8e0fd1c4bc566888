import { proxy } from 'comlink'
import type { ProvideCredentials } from '../index.ts'
import type { SignIn } from './view/sign-in.ts'
import type { Api } from './worker/api.ts'
import type { PushWorker } from './worker/main.ts'
import type { SignInRequest } from './worker/session.ts'

/**
 * Answers the Worker when a registry asks who the user is: by what the page gives, and if the registry refuses that, by
 * the dialog of the element.
 */
export function answerSignIns(
  worker: Api<PushWorker>,
  signIn: SignIn,
  provide: () => ProvideCredentials | undefined,
): void {
  const ask = async (request: SignInRequest) => {
    const given = request.isRefused ? undefined : await provide()?.(request)
    return given ?? signIn.ask(request)
  }
  // A Worker that does not start fails each push, too.
  worker.onSignIn(proxy(ask)).catch(() => undefined)
}

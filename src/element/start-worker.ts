import { proxy } from 'comlink'
import type { ProvideCredentials } from '../index.ts'
import type { SignIn } from './view/sign-in.ts'
import type { Api } from './worker/api.ts'
import { connect } from './worker/channel.ts'
import type { PushWorker } from './worker/main.ts'
import type { SignInRequest } from './worker/session.ts'

/** Starts a Worker with the script `registry-api-v2-client/element-worker`, or another one that offers the same. */
export type CreatePushWorker = () => Worker | MessagePort

/** The Worker of the package, as bundlers find it. */
function createWorker(): Worker {
  return new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' })
}

export function startWorker(create: CreatePushWorker = createWorker): Api<PushWorker> {
  return connect<PushWorker>(create())
}

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
  void worker.onSignIn(proxy(ask))
}

import { offer } from './channel.ts'
import { createPushes } from './pushes.ts'
import { createSession } from './session.ts'

// The Worker of <registry-push>: the script registry-api-v2-client/element-worker.

const session = createSession()

const api = { pushes: createPushes(session), onSignIn: session.onSignIn }

/** The functions of the Worker of `<registry-push>`. A Worker of the page can offer it among other things. */
export type PushWorker = typeof api

offer(api)

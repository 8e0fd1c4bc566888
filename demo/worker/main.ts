import { offer } from '../../src/element/worker/channel.ts'
import { createPushes } from '../../src/element/worker/pushes.ts'
import { createSession } from '../../src/element/worker/session.ts'
import { createRemoval } from './removal.ts'
import { createRepositories } from './repositories.ts'
import { createTagging } from './tagging.ts'
import { createTags } from './tags.ts'
import { isTrial } from './trial-address.ts'
import { createTrialRegistry } from './trial-registry.ts'

// The Worker of the page. Each of its subjects has a file.

const trial = createTrialRegistry()
const session = createSession((address) => (isTrial(address) ? { fetch: trial } : {}))

const api = {
  onSignIn: session.onSignIn,
  signOut: session.signOut,
  pushes: createPushes(session),
  removal: createRemoval(session),
  repositories: createRepositories(session),
  tagging: createTagging(session),
  tags: createTags(session),
}

export type PageWorker = typeof api

offer(api)

// An element of the page has an end of its own.
addEventListener('message', ({ data }) => {
  if (data?.port instanceof MessagePort) offer(api, data.port)
})

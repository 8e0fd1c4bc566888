import { offer } from '../../src/element/worker/channel.ts'
import { createPushes } from '../../src/element/worker/pushes.ts'
import { createSession } from '../../src/element/worker/session.ts'

import { createBlobs } from './blobs.ts'
import { createComparisons } from './comparisons.ts'
import { createCopying } from './copying.ts'
import { createDoctor } from './doctor.ts'
import { createDownloads } from './downloads.ts'

import { createEditing } from './editing.ts'
import { createFiles } from './files.ts'
import { createImages } from './image.ts'

import { createRegistries } from './registries.ts'

import { createRemoval } from './removal.ts'
import { createRepositories } from './repositories.ts'
import { createTagging } from './tagging.ts'
import { createTags } from './tags.ts'
import { createTransfers } from './transfers.ts'
import { isTrial } from './trial-address.ts'
import { createTrialRegistry } from './trial-registry.ts'

// The Worker of the page. Each of its subjects has a file.

const trial = createTrialRegistry()
const optionsFor = (address: string) => (isTrial(address) ? { fetch: trial.fetch } : {})
const session = createSession(optionsFor)

const transfers = createTransfers()

const api = {
  onSignIn: session.onSignIn,
  onTrialFull: trial.onFull,
  signOut: session.signOut,
  copying: createCopying(session, transfers),
  editing: createEditing(session, transfers),
  pushes: createPushes(session),
  doctor: createDoctor(session, optionsFor),
  removal: createRemoval(session),
  comparisons: createComparisons(session),
  blobs: createBlobs(session),
  downloads: createDownloads(session),
  files: createFiles(session),
  images: createImages(session),
  registries: createRegistries(),
  repositories: createRepositories(session),
  tagging: createTagging(session),
  tags: createTags(session),
  transfers: transfers.api,
}

export type PageWorker = typeof api

offer(api)

// An element of the page has an end of its own.
addEventListener('message', ({ data }) => {
  if (data?.port instanceof MessagePort) offer(api, data.port)
})

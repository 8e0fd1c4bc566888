import { offer } from '../../src/element/worker/channel.ts'
import { createSession } from '../../src/element/worker/session.ts'
import type { createTransfers } from './transfers.ts'
import { isTrial } from './trial-address.ts'
import { createTrialRegistry } from './trial-registry.ts'
import { whenAsked } from './when-asked.ts'

// The Worker of the page. Each of its subjects has a file, which is loaded at its first call.

const trial = createTrialRegistry()
const optionsFor = (address: string) => (isTrial(address) ? { fetch: trial.fetch } : {})
const session = createSession(optionsFor)

let loadingTransfers: Promise<ReturnType<typeof createTransfers>> | undefined
function loadTransfers() {
  loadingTransfers ??= import('./transfers.ts').then(({ createTransfers }) => createTransfers())
  return loadingTransfers
}

const api = {
  onSignIn: session.onSignIn,
  onTrialFull: trial.onFull,
  signOut: session.signOut,
  building: whenAsked(async () => (await import('./building.ts')).createBuilding(session, await loadTransfers())),
  copying: whenAsked(async () => (await import('./copying.ts')).createCopying(session, await loadTransfers())),
  editing: whenAsked(async () => (await import('./editing.ts')).createEditing(session, await loadTransfers())),
  pushes: whenAsked(async () => (await import('../../src/element/worker/pushes.ts')).createPushes(session)),
  doctor: whenAsked(async () => (await import('./doctor.ts')).createDoctor(session, optionsFor)),
  removal: whenAsked(async () => (await import('./removal.ts')).createRemoval(session)),
  comparisons: whenAsked(async () => (await import('./comparisons.ts')).createComparisons(session)),
  blobs: whenAsked(async () => (await import('./blobs.ts')).createBlobs(session)),
  downloads: whenAsked(async () => (await import('./downloads.ts')).createDownloads(session)),
  files: whenAsked(async () => (await import('./files.ts')).createFiles(session)),
  images: whenAsked(async () => (await import('./image.ts')).createImages(session)),
  registries: whenAsked(async () => (await import('./registries.ts')).createRegistries(session)),
  repositories: whenAsked(async () => (await import('./repositories.ts')).createRepositories(session)),
  tagging: whenAsked(async () => (await import('./tagging.ts')).createTagging(session)),
  tags: whenAsked(async () => (await import('./tags.ts')).createTags(session)),
  transfers: whenAsked(async () => (await loadTransfers()).api),
}

export type PageWorker = typeof api

offer(api)

// An element of the page has an end of its own.
addEventListener('message', ({ data }) => {
  if (data?.port instanceof MessagePort) offer(api, data.port)
})

import {
  browserSessions,
  type Credentials,
  type CredentialsRequest,
  checkRegistryConnectivity,
  createPushController,
  openRegistry,
  pushDockerTar,
  type Registry,
} from 'registry-api-v2-client'
import { clearError, showError } from './alert-view.ts'
import { type ArchiveImage, type ReadArchive, readArchive } from './archive.ts'
import { hideImages, lockImages, showImages, showWarnings } from './archive-view.ts'
import { type Dropped, readDropped } from './dropped.ts'
import { findElement } from './element.ts'
import { formatBytes, formatCount } from './format.ts'
import { chosenPlatforms, offerPlatforms } from './platform-choice.ts'
import { hideProgress, openProgress, type ProgressView } from './progress-view.ts'
import { hideResult, showResult } from './result-view.ts'
import { askForCredentials } from './sign-in.ts'

const drop = findElement('drop', HTMLElement)
const input = findElement('file', HTMLInputElement)
const fileName = findElement('file-name', HTMLElement)
const form = findElement('destination', HTMLFormElement)
const fields = findElement('fields', HTMLFieldSetElement)
const registry = findElement('registry', HTMLInputElement)
const repository = findElement('repository', HTMLInputElement)
const tag = findElement('tag', HTMLInputElement)
const pushButton = findElement('push', HTMLButtonElement)
const controls = findElement('controls', HTMLElement)
const pauseButton = findElement('pause', HTMLButtonElement)
const cancelButton = findElement('cancel', HTMLButtonElement)
const progressTitle = findElement('progress-title', HTMLElement)
const status = findElement('status', HTMLElement)

let reading = new AbortController()
let pushing = createPushController()
let progress: ProgressView | undefined
let opened: ReadArchive | undefined
let chosen: ArchiveImage | undefined
let session: { readonly address: string; readonly handle: Registry } | undefined

async function open({ name, size, input }: Dropped): Promise<void> {
  reading.abort()
  reading = new AbortController()
  const { signal } = reading
  clearOutcome()
  hideImages()
  form.hidden = true
  fileName.textContent = `${name}, ${formatBytes(size)}`
  status.textContent = 'Reading the archive…'
  try {
    await opened?.archive.close()
    const read = await readArchive(input, signal, (text) => {
      status.textContent = text
    })
    if (signal.aborted) return read.archive.close()
    opened = read
    const { archive, images } = read
    showImages(images, (image) => {
      chosen = image
      repository.value = image.destination.repository
      tag.value = image.destination.tag || 'latest'
      offerPlatforms(image)
    })
    showWarnings(archive.warnings)
    form.hidden = false
    status.textContent = `${formatCount(images.length, 'image')} found. Nothing is sent yet.`
  } catch (error) {
    // Another file was chosen meanwhile.
    if (signal.aborted) return
    status.textContent = ''
    showError(error)
  }
}

async function openDropped(items: DataTransferItemList): Promise<void> {
  try {
    const dropped = await readDropped(items)
    if (dropped) await open(dropped)
  } catch (error) {
    showError(error)
  }
}

async function push(): Promise<void> {
  if (!opened || !chosen) return
  const controller = createPushController()
  const { signal } = controller
  pushing = controller
  clearOutcome()
  const destination = `${repository.value}:${tag.value}`
  progress = openProgress(destination)
  setPushing(true)
  status.textContent = 'Pushing…'
  try {
    const target = targetRegistry(registry.value)
    // First this: a registry that is not there is told in fewer words.
    await checkRegistryConnectivity(target, { signal })
    const digest = await pushDockerTar(opened.archive, target, repository.value, tag.value, {
      image: chosen.position,
      ...chosenPlatforms(),
      onProgress: progress.show,
      sessions: browserSessions(),
      onEvent: ({ kind }) => {
        if (kind === 'retry') status.textContent = 'The connection is unsteady. Trying again…'
        if (kind === 'resume') status.textContent = 'Going on where it was left…'
        if (kind === 'restart') status.textContent = 'The registry has lost a layer. Sending it again…'
      },
      controller,
    })
    status.textContent = `Pushed ${destination}.`
    showResult(digest, `docker pull ${new URL(target.url).host}/${destination}`)
  } catch (error) {
    progress.stop()
    status.textContent = signal.aborted ? 'Cancelled. You can push again.' : ''
    if (!signal.aborted) showError(error)
  } finally {
    setPushing(false)
  }
}

/** The same handle as long as the address is the same: it keeps who the user is. */
function targetRegistry(address: string): Registry {
  if (session?.address !== address) session = { address, handle: openRegistry(address, { credentials: askUser }) }
  return session.handle
}

async function askUser(request: CredentialsRequest): Promise<Credentials> {
  status.textContent = 'The registry asks who you are.'
  const credentials = await askForCredentials(request)
  if (!credentials) pushing.abort()
  pushing.signal.throwIfAborted()
  status.textContent = 'Pushing…'
  return credentials as Credentials
}

function setPushing(isPushing: boolean): void {
  input.disabled = fields.disabled = isPushing
  lockImages(isPushing)
  pushButton.hidden = isPushing
  controls.hidden = !isPushing
  pauseButton.textContent = 'Pause'
  // The button with the focus is about to go, and with it the place of whoever uses the keyboard.
  if (isPushing) progressTitle.focus()
  else pushButton.focus({ preventScroll: true })
}

function clearOutcome(): void {
  clearError()
  hideProgress()
  hideResult()
}

registry.value = new URLSearchParams(location.search).get('registry') ?? 'http://localhost:15000'

input.addEventListener('change', () => {
  const file = input.files?.[0]
  // The same file can be chosen again, after it has changed.
  input.value = ''
  if (file) void open({ name: file.name, size: file.size, input: file })
})

// The whole page takes the drop: a file that misses the zone would replace the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  drop.classList.add('is-target')
})
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) drop.classList.remove('is-target')
})
document.addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('is-target')
  if (event.dataTransfer && !input.disabled) void openDropped(event.dataTransfer.items)
})

form.addEventListener('submit', (event) => {
  event.preventDefault()
  // Enter in a field submits too, also while the button is hidden.
  if (!fields.disabled) void push()
})
pauseButton.addEventListener('click', () => {
  if (pushing.isPaused) pushing.resume()
  else pushing.pause()
  pauseButton.textContent = pushing.isPaused ? 'Resume' : 'Pause'
  status.textContent = pushing.isPaused ? 'Paused.' : 'Pushing…'
  progress?.pause(pushing.isPaused)
})
cancelButton.addEventListener('click', () => {
  status.textContent = 'Cancelling…'
  pushing.abort()
})

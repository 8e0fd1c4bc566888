import { proxy, wrap } from 'comlink'
import type { Credentials, CredentialsRequest } from 'registry-api-v2-client'
import { clearError, showError } from './alert-view.ts'
import type { ArchiveImage } from './archive.ts'
import { hideImages, lockImages, showImages, showWarnings } from './archive-view.ts'
import { type Dropped, readDropped } from './dropped.ts'
import { findElement } from './element.ts'
import { formatBytes, formatCount } from './format.ts'
import { chosenPlatforms, offerPlatforms } from './platform-choice.ts'
import { hideProgress, openProgress, type ProgressView } from './progress-view.ts'
import { hideResult, showResult } from './result-view.ts'
import { askForCredentials } from './sign-in.ts'
import type { DemoWorker } from './worker.ts'

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

const worker = wrap<DemoWorker>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

let shown: Dropped | undefined
let progress: ProgressView | undefined
let chosen: ArchiveImage | undefined
let [isPaused, isCancelled] = [false, false]

async function open(dropped: Dropped): Promise<void> {
  shown = dropped
  // Another file may be chosen meanwhile.
  const isShown = () => shown === dropped
  clearOutcome()
  hideImages()
  form.hidden = true
  fileName.textContent = `${dropped.name}, ${formatBytes(dropped.size)}`
  status.textContent = 'Reading the archive…'
  const showStatus = (text: string) => {
    if (isShown()) status.textContent = text
  }
  try {
    const { images, warnings } = await worker.open(dropped.input, proxy(showStatus))
    if (!isShown()) return
    showImages(images, (image) => {
      chosen = image
      repository.value = image.destination.repository
      tag.value = image.destination.tag || 'latest'
      offerPlatforms(image)
    })
    showWarnings(warnings)
    form.hidden = false
    status.textContent = `${formatCount(images.length, 'image')} found. Nothing is sent yet.`
  } catch (error) {
    if (!isShown()) return
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
  if (!chosen) return
  isPaused = isCancelled = false
  clearOutcome()
  const name = `${repository.value}:${tag.value}`
  const view = openProgress(name)
  progress = view
  setPushing(true)
  status.textContent = 'Pushing…'
  try {
    const destination = { registry: registry.value, repository: repository.value, tag: tag.value }
    const { digest, url } = await worker.push(
      { ...destination, image: chosen.position, ...chosenPlatforms() },
      proxy({
        onProgress: view.show,
        onEvent(kind) {
          if (kind === 'retry') status.textContent = 'The connection is unsteady. Trying again…'
          if (kind === 'resume') status.textContent = 'Going on where it was left…'
          if (kind === 'restart') status.textContent = 'The registry has lost a layer. Sending it again…'
        },
        askUser,
      }),
    )
    status.textContent = `Pushed ${name}.`
    showResult(digest, `docker pull ${new URL(url).host}/${name}`)
  } catch (error) {
    view.stop()
    status.textContent = isCancelled ? 'Cancelled. You can push again.' : ''
    if (!isCancelled) showError(error)
  } finally {
    setPushing(false)
  }
}

async function askUser(request: CredentialsRequest): Promise<Credentials | undefined> {
  status.textContent = 'The registry asks who you are.'
  const credentials = await askForCredentials(request)
  if (credentials) status.textContent = 'Pushing…'
  else isCancelled = true
  return credentials
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
  isPaused = !isPaused
  void (isPaused ? worker.pause() : worker.resume())
  pauseButton.textContent = isPaused ? 'Resume' : 'Pause'
  status.textContent = isPaused ? 'Paused.' : 'Pushing…'
  progress?.pause(isPaused)
})
cancelButton.addEventListener('click', () => {
  status.textContent = 'Cancelling…'
  isCancelled = true
  void worker.cancel()
})

import { proxy, wrap } from 'comlink'
import type { Credentials } from 'registry-api-v2-client'
import { clearError, showError } from './alert-view.ts'
import type { ArchiveImage } from './archive.ts'
import { hideImages, lockImages, showImages, showWarnings } from './archive-view.ts'
import { fillDestination, readDestination, showFaults } from './destination.ts'
import { type Dropped, readDropped } from './dropped.ts'
import { findElement } from './element.ts'
import { formatBytes, formatCount } from './format.ts'
import { chosenNames, offerNames } from './name-choice.ts'
import { chosenPlatforms, offerPlatforms } from './platform-choice.ts'
import { hideProgress, openProgress, type ProgressView } from './progress-view.ts'
import { hideResult, showResult } from './result-view.ts'
import { askForCredentials, closeSignIn, type SignInRequest } from './sign-in.ts'
import type { DemoWorker } from './worker.ts'

const drop = findElement('drop', HTMLElement)
const input = findElement('file', HTMLInputElement)
const fileName = findElement('file-name', HTMLElement)
const form = findElement('destination', HTMLFormElement)
const fields = findElement('fields', HTMLFieldSetElement)
const pushButton = findElement('push', HTMLButtonElement)
const controls = findElement('controls', HTMLElement)
const pauseButton = findElement('pause', HTMLButtonElement)
const cancelButton = findElement('cancel', HTMLButtonElement)
const progressTitle = findElement('progress-title', HTMLElement)
const status = findElement('status', HTMLElement)

const worker = wrap<DemoWorker>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

const PAGE_TITLE = document.title

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
  say('Reading the archive…')
  const showStatus = (text: string) => {
    if (isShown()) say(text)
  }
  try {
    const { images, warnings } = await worker.open(dropped.input, proxy(showStatus))
    if (!isShown()) return
    showImages(images, (image) => {
      chosen = image
      const { repository, tag } = image.destination
      fillDestination({ repository, tag: tag || 'latest' })
      offerNames(image)
      offerPlatforms(image)
    })
    showWarnings(warnings)
    form.hidden = false
    const onlyThis = dropped.others > 0 ? ` Only the first of ${dropped.others + 1} dropped files was opened.` : ''
    say(`${formatCount(images.length, 'image')} found. Nothing is sent yet.${onlyThis}`)
  } catch (error) {
    if (!isShown()) return
    say('')
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
  const destination = readDestination()
  const own = chosenNames()
  const byAllNames = own !== undefined
  const faults = await worker.check(destination, byAllNames)
  if (faults.length > 0) {
    fields.disabled = false
    return showFaults(faults)
  }
  const names = own ?? [`${destination.repository}:${destination.tag}`]
  const title = names.join(', ')
  const view = openProgress(title)
  progress = view
  setPushing(true)
  say('Pushing…')
  try {
    const { digest, url } = await worker.push(
      { ...destination, image: chosen.position, byAllNames, ...chosenPlatforms() },
      proxy({
        onReached: closeSignIn,
        onProgress(progress) {
          // A registry that everybody may read asks later.
          if (progress.phase !== 'plan') closeSignIn()
          view.show(progress)
          // Calls of a Worker may come after its answer.
          if (fields.disabled)
            setTitle(`${Math.floor((100 * progress.sentBytes) / Math.max(progress.totalBytes, 1))} %`)
        },
        onEvent(kind) {
          if (isCancelled) return
          if (kind === 'retry') say('The connection is unsteady. Trying again…')
          if (kind === 'resume') say('Going on where it was left…')
          if (kind === 'restart') say('The registry has lost a layer. Sending it again…')
        },
        askUser,
      }),
    )
    say(`Pushed ${title}.`)
    setTitle(`Pushed ${title}`)
    showResult(digest, names.map((name) => `docker pull ${new URL(url).host}/${name}`).join('\n'))
  } catch (error) {
    view.stop()
    say(isCancelled ? 'Cancelled. You can push again.' : '')
    setTitle(isCancelled ? 'Cancelled' : 'Not pushed')
    if (!isCancelled) showError(error)
  } finally {
    closeSignIn()
    setPushing(false)
  }
}

async function askUser(request: SignInRequest): Promise<Credentials | undefined> {
  say('The registry asks who you are.')
  const credentials = await askForCredentials(request, cancel)
  if (credentials) say('Pushing…')
  else isCancelled = true
  return credentials
}

/** The SDK lets what is being sent end, so that the registry can clean up; the user hears at once. */
function cancel(): void {
  isCancelled = true
  say('Cancelling… What is being sent may take up to 5 seconds to end.')
  progress?.stop()
  progressTitle.focus()
  pauseButton.disabled = cancelButton.disabled = true
  void worker.cancel()
}

function say(text: string): void {
  status.textContent = text
}

/** Tells who looks at another tab meanwhile. */
function setTitle(text: string): void {
  document.title = `${text} – ${PAGE_TITLE}`
}

function setPushing(isPushing: boolean): void {
  input.disabled = fields.disabled = isPushing
  lockImages(isPushing)
  pushButton.hidden = isPushing
  controls.hidden = !isPushing
  pauseButton.textContent = 'Pause'
  pauseButton.disabled = cancelButton.disabled = false
  // The button with the focus is about to go, and with it the place of whoever uses the keyboard.
  if (isPushing) progressTitle.focus()
  else pushButton.focus({ preventScroll: true })
}

function clearOutcome(): void {
  clearError()
  hideProgress()
  hideResult()
  document.title = PAGE_TITLE
}

fillDestination({
  registry: new URLSearchParams(location.search).get('registry') ?? 'http://localhost:15000',
})

input.addEventListener('change', () => {
  const file = input.files?.[0]
  // The same file can be chosen again, after it has changed.
  input.value = ''
  if (file) void open({ name: file.name, size: file.size, input: file, others: 0 })
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
  if (fields.disabled) return
  fields.disabled = true
  void push()
})
pauseButton.addEventListener('click', () => {
  isPaused = !isPaused
  void (isPaused ? worker.pause() : worker.resume())
  pauseButton.textContent = isPaused ? 'Resume' : 'Pause'
  say(isPaused ? 'Paused.' : 'Pushing…')
  progress?.pause(isPaused)
})
cancelButton.addEventListener('click', cancel)

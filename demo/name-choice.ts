import type { ArchiveImage } from './archive.ts'
import { findElement } from './element.ts'

const label = findElement('all-names-label', HTMLElement)
const checkbox = findElement('all-names', HTMLInputElement)
const text = findElement('all-names-text', HTMLElement)
const ownName = findElement('own-name', HTMLFieldSetElement)

let places: readonly string[] = []

/** Offers to push an image by all its names, if it has several. That is chosen at first: nothing of the archive stays behind in silence. */
export function offerNames(image: ArchiveImage): void {
  places = image.places
  label.hidden = places.length < 2
  checkbox.checked = !label.hidden
  text.textContent = places.join(', ')
  showOwnName()
}

/** The names of the archive to push by; nothing if the form says where to. */
export function chosenNames(): readonly string[] | undefined {
  return checkbox.checked ? places : undefined
}

function showOwnName(): void {
  ownName.hidden = ownName.disabled = checkbox.checked
}

checkbox.addEventListener('change', showOwnName)

import { formatPlatform } from 'registry-api-v2-client'
import type { ArchiveImage } from './archive.ts'
import { createElement, findElement } from './element.ts'
import { formatBytes, formatCount, formatDate, shortDigest } from './format.ts'

const NAMELESS = 'without a name'

const section = findElement('archive', HTMLElement)
const title = findElement('archive-title', HTMLElement)
const choices = findElement('images', HTMLFieldSetElement)
const facts = findElement('facts', HTMLElement)
const layersTitle = findElement('layers-title', HTMLElement)
const layers = findElement('layers', HTMLElement)

/** Shows the images of an archive; where there are several, one can be chosen. The first is chosen at once. */
export function showImages(images: readonly ArchiveImage[], onChoose: (image: ArchiveImage) => void): void {
  const choose = (image: ArchiveImage) => {
    showImage(image)
    onChoose(image)
  }
  title.textContent = images.length === 1 ? 'Image' : formatCount(images.length, 'image')
  choices.hidden = images.length === 1
  for (const label of choices.querySelectorAll('label')) label.remove()
  choices.append(...images.map((image, position) => createChoice(image, position === 0, () => choose(image))))
  for (const image of images.slice(0, 1)) choose(image)
  section.hidden = false
}

/** While an image is being pushed, no other can be chosen. */
export function lockImages(isLocked: boolean): void {
  choices.disabled = isLocked
}

export function hideImages(): void {
  section.hidden = true
}

function createChoice(image: ArchiveImage, checked: boolean, onchange: () => void): HTMLElement {
  const radio = createElement('input', { type: 'radio', name: 'image', checked, onchange })
  const platform = createElement('span', { className: 'muted' }, formatPlatform(image))
  return createElement('label', {}, radio, createElement('span', {}, image.repoTags.join(', ') || NAMELESS), platform)
}

function showImage(image: ArchiveImage): void {
  facts.replaceChildren(
    ...createFact('Name', ...(image.repoTags.length > 0 ? image.repoTags : [NAMELESS])),
    ...createFact('Platform', formatPlatform(image)),
    ...createFact('Created', image.created === undefined ? 'not recorded' : formatDate(image.created)),
    ...createFact('Image ID', createElement('code', { title: image.id }, shortDigest(image.id))),
  )
  layersTitle.textContent = `${formatCount(image.layers.length, 'layer')}, ${formatBytes(image.size)}`
  layers.replaceChildren(
    ...image.layers.map(({ digest, size, createdBy }) =>
      createElement(
        'li',
        {},
        createElement('code', { className: 'step', title: createdBy ?? '' }, createdBy ?? 'build step not recorded'),
        createElement('code', { className: 'muted', title: digest }, shortDigest(digest)),
        createElement('span', { className: 'size' }, formatBytes(size)),
      ),
    ),
  )
}

function createFact(term: string, ...values: readonly (Node | string)[]): readonly HTMLElement[] {
  return [createElement('dt', {}, term), ...values.map((value) => createElement('dd', {}, value))]
}

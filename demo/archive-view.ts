import type { ArchiveImage } from './archive.ts'
import { createElement, findElement } from './element.ts'
import { formatBytes, formatCount, formatDate, shortDigest } from './format.ts'

const NAMELESS = 'without a name'

const section = findElement('archive', HTMLElement)
const title = findElement('archive-title', HTMLElement)
const choices = findElement('images', HTMLFieldSetElement)
const facts = findElement('facts', HTMLElement)
const layersTitle = findElement('layers-title', HTMLElement)
const layerList = findElement('layers', HTMLElement)
const warnings = findElement('warnings', HTMLElement)

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

/** Shows what is odd about an archive, but does no harm. */
export function showWarnings(texts: readonly string[]): void {
  warnings.replaceChildren(...texts.map((text) => createElement('li', {}, text)))
  warnings.hidden = texts.length === 0
}

function createChoice(image: ArchiveImage, checked: boolean, onchange: () => void): HTMLElement {
  const radio = createElement('input', { type: 'radio', name: 'image', checked, onchange })
  const platforms = createElement('span', { className: 'muted' }, image.platforms.join(', '))
  return createElement('label', {}, radio, createElement('span', {}, image.names.join(', ') || NAMELESS), platforms)
}

function showImage({ names, platforms, missing, id, created, layers }: ArchiveImage): void {
  facts.replaceChildren(
    ...createFact('Name', ...(names.length > 0 ? names : [NAMELESS])),
    ...createFact(platforms.length > 1 ? 'Platforms' : 'Platform', platforms.join(', ') || 'none'),
    ...(missing.length > 0 ? createFact('Not in the archive', missing.join(', ')) : []),
    ...(missing.length > 0 && platforms.length === 1
      ? createFact('Pushed', `${platforms[0]} alone, as "docker push" does, unless you choose otherwise`)
      : []),
    ...createFact('Created', created === undefined ? 'not recorded' : formatDate(created)),
    ...createFact('Image ID', createDigest(id)),
  )
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  const of = platforms.length > 1 ? ` of ${platforms[0]}` : ''
  layersTitle.textContent = `${formatCount(layers.length, 'layer')}${of}, ${formatBytes(size)}`
  layerList.replaceChildren(
    ...layers.map(({ digest, size, createdBy }) =>
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

function createDigest(digest: string): HTMLElement {
  return createElement('code', { title: digest }, shortDigest(digest))
}

function createFact(term: string, ...values: readonly (Node | string)[]): readonly HTMLElement[] {
  return [createElement('dt', {}, term), ...values.map((value) => createElement('dd', {}, value))]
}

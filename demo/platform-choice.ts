import type { PushArchiveOptions } from 'registry-api-v2-client'
import type { ArchiveImage } from './archive.ts'
import { createElement, findElement } from './element.ts'

type Choice = Pick<PushArchiveOptions, 'platform' | 'platforms'>

const label = findElement('platforms-label', HTMLElement)
const select = findElement('platforms', HTMLSelectElement)
const note = findElement('platforms-note', HTMLElement)

let offered: Pick<ArchiveImage, 'platforms' | 'missing'> = { platforms: [], missing: [] }

/**
 * Offers what can be pushed of a multi-platform image: all of it, or what is there of it, or one platform. If only one is there, it
 * is chosen already, as `docker push` does.
 */
export function offerPlatforms(image: ArchiveImage): void {
  const { isIndex, platforms, missing } = image
  offered = image
  const isOnly = platforms.length === 1 && missing.length > 0
  const whole =
    missing.length === 0
      ? createElement('option', { value: 'all' }, 'All of them')
      : createElement('option', { value: 'available' }, 'Those in the archive (a new index)')
  const single = platforms.map((platform) =>
    createElement('option', { value: platform, selected: isOnly }, `Only ${platform}`),
  )
  select.replaceChildren(whole, ...single)
  label.hidden = !isIndex
  describeChoice()
}

/** What was chosen, as the package takes it. */
export function chosenPlatforms(): Choice {
  if (label.hidden) return {}
  const { value } = select
  return value === 'all' || value === 'available' ? { platforms: value } : { platform: value }
}

/** Says before the push what the choice comes to. */
function describeChoice(): void {
  const { platforms, missing } = offered
  const chosen = chosenPlatforms()
  const texts = missing.length > 0 ? [`The archive lacks ${missing.join(', ')} of this image.`] : []
  if (chosen.platform !== undefined) texts.push(`Only ${chosen.platform} is pushed, under the image's name.`)
  if (chosen.platforms === 'all') texts.push(`${platforms.join(', ')} are pushed under one name.`)
  if (chosen.platforms === 'available') {
    texts.push(`What is pushed lists ${platforms.join(', ')} alone, and so has a digest of its own.`)
  }
  note.textContent = texts.join(' ')
}

select.addEventListener('change', describeChoice)

import type { PushArchiveOptions } from 'registry-api-v2-client'
import type { ArchiveImage } from './archive.ts'
import { createElement, findElement } from './element.ts'

type Choice = Pick<PushArchiveOptions, 'platform' | 'platforms'>

const label = findElement('platforms-label', HTMLElement)
const select = findElement('platforms', HTMLSelectElement)

/**
 * Offers what can be pushed of a multi-platform image: all of it, or what is there of it, or one platform. Where only one is there, it
 * is chosen already, as `docker push` does.
 */
export function offerPlatforms({ isIndex, platforms, missing }: ArchiveImage): void {
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
}

/** What was chosen, as the package takes it. */
export function chosenPlatforms(): Choice {
  if (label.hidden) return {}
  const { value } = select
  return value === 'all' || value === 'available' ? { platforms: value } : { platform: value }
}

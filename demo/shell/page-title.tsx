import { useStore } from '@nanostores/preact'
import { useEffect } from 'preact/hooks'
import { $activity } from './activity.ts'
import type { Place } from './address.ts'
import { hostOf } from './registry-name.tsx'

const DEFAULT = document.title

interface PageTitleProps {
  readonly place: Place
  /** The name of the page, of `config.json`. */
  readonly title: string | undefined
}

/** Sets the title of the tab: what is under way, the place, and the name of the page. */
export function PageTitle({ place: { registry, repository, reference }, title }: PageTitleProps) {
  const activity = useStore($activity)
  const name = [reference, repository, registry && hostOf(registry)].filter((part) => part).join(' · ')
  useEffect(() => {
    document.title = [activity, name, title ?? DEFAULT].filter((part) => part).join(' – ')
  }, [activity, name, title])
  return null
}

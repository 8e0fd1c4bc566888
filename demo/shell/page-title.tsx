import { useStore } from '@nanostores/preact'
import { useEffect } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { $activity } from './activity.ts'
import type { Place } from './address.ts'
import { hostOf } from './registry-name.tsx'

const $texts = messages('shell/title', { title: 'Images' })

interface PageTitleProps {
  readonly place: Place
  /** The name of the page, of `config.json`. */
  readonly title: string | undefined
}

/** Sets the title of the tab: what is under way, the place, and the name of the page. */
export function PageTitle({ place: { registry, repository, reference }, title }: PageTitleProps) {
  const activity = useStore($activity)
  const texts = useStore($texts)
  const name = [reference, repository, registry && hostOf(registry)].filter((part) => part).join(' · ')
  useEffect(() => {
    document.title = [activity, name, title ?? texts.title].filter((part) => part).join(' – ')
  }, [activity, name, title, texts])
  return null
}

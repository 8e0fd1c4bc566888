import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import { messages, translate } from '../../src/element/words/messages.ts'
import { pushElement } from './element.ts'
import './push.css'

translate('push', () => import('./ko.ts'))

const $texts = messages('push/view', { title: 'Push an image' })

/** The push form: the element of the package, over the Worker of the page. */
export function PushView({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($texts)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = pushElement()
    place.current?.append(element)
    return () => element.remove()
  }, [])
  useEffect(() => {
    if (registry !== undefined) pushElement().setAttribute('registry', registry)
  }, [registry])
  return (
    <>
      <h1>{texts.title}</h1>
      <div ref={place} />
    </>
  )
}

import 'registry-api-v2-client/element'
import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import type { RegistryPush } from 'registry-api-v2-client/element'
import { messages, translate } from '../../src/element/words/messages.ts'
import { openPort } from '../shell/worker.ts'

translate('push', () => import('./ko.ts'))

const $texts = messages('push/view', { title: 'Push an image' })

/** The push form: the element of the package, over the Worker of the page. */
export function PushView({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($texts)
  const place = useRef<HTMLDivElement>(null)
  const element = useRef<RegistryPush>(null)
  useEffect(() => {
    const push = document.createElement('registry-push')
    push.createWorker = openPort
    element.current = push
    place.current?.append(push)
    return () => push.remove()
  }, [])
  useEffect(() => element.current?.setAttribute('registry', registry ?? ''), [registry])
  return (
    <>
      <h1>{texts.title}</h1>
      <div ref={place} />
    </>
  )
}

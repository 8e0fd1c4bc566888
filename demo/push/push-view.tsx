import { useStore } from '@nanostores/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ErrorDetail } from 'registry-api-v2-client/element'
import { messages, translate } from '../../src/element/words/messages.ts'
import { Unreachable } from '../shell/unreachable.tsx'
import { pushElement, showRegistry } from './element.ts'
import './push.css'

translate('push', () => import('./ko.ts'))

const $texts = messages('push/view', { title: 'Push an image' })

/** The push form: the element of the package, over the Worker of the page. */
export function PushView({ registry }: { readonly registry: string | undefined }) {
  const texts = useStore($texts)
  const place = useRef<HTMLDivElement>(null)
  const [failed, setFailed] = useState<ErrorDetail>()
  useEffect(() => {
    const element = pushElement()
    const controller = new AbortController()
    const { signal } = controller
    element.addEventListener('push-error', ({ detail }) => setFailed(detail), { signal })
    element.addEventListener('push-done', () => setFailed(undefined), { signal })
    element.addEventListener('push-open', () => setFailed(undefined), { signal })
    place.current?.append(element)
    return () => {
      controller.abort()
      element.remove()
    }
  }, [])
  useEffect(() => {
    if (registry !== undefined) showRegistry(registry)
  }, [registry])
  return (
    <>
      <h1>{texts.title}</h1>
      <div ref={place} />
      <Unreachable fault={failed?.fault} registry={failed?.registry} />
    </>
  )
}

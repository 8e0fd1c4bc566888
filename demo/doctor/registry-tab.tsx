import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { worker } from '../shell/worker.ts'

const $texts = messages('doctor/tab', { open: 'Open the registry in a tab' })

/** A link to a registry itself: the browser says there what it hides from a page, such as a bad certificate. */
export function RegistryTab({ registry }: { readonly registry: string }) {
  const texts = useStore($texts)
  const url = useUrl(registry)
  if (url === undefined) return null
  return (
    <a href={`${url}v2/`} target="_blank" rel="noopener noreferrer">
      {texts.open}
    </a>
  )
}

/** The URL of a registry, which is http or https. */
export function useUrl(registry: string): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    worker.doctor.urlOf(registry).then(setUrl, () => setUrl(undefined))
  }, [registry])
  return url
}

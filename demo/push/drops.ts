import { hasFiles } from '../../src/element/view/dropped.ts'
import { goTo } from '../shell/address.ts'
import { pushElement } from './element.ts'

/**
 * Takes files that are dropped while another view is shown: the push form opens with them. The form itself takes those
 * that are dropped while it is there.
 *
 * @param registryOf Gives the registry that is open.
 * @returns how to stop it
 */
export function takeDrops(registryOf: () => string | undefined): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const isForPage = (event: DragEvent) => !event.defaultPrevented && hasFiles(event) && !pushElement().isConnected
  addEventListener('dragover', (event) => isForPage(event) && event.preventDefault(), { signal })
  addEventListener(
    'drop',
    (event) => {
      if (!isForPage(event) || !event.dataTransfer) return
      event.preventDefault()
      const registry = registryOf()
      const element = pushElement()
      if (registry !== undefined) element.setAttribute('registry', registry)
      void element.add(event.dataTransfer.items)
      goTo({ view: 'push', registry })
    },
    { signal },
  )
  return () => controller.abort()
}

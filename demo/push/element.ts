import 'registry-api-v2-client/element'
import type { PushedImage, RegistryPush } from 'registry-api-v2-client/element'
import { knownAs, remember } from '../registries/remembered.ts'
import { $activity } from '../shell/activity.ts'
import { $place, addressOf, goTo } from '../shell/address.ts'
import { pullCommand } from '../shell/pull-command.ts'
import { openPort } from '../shell/worker.ts'

let element: RegistryPush | undefined

/** The push form of the page. There is one, which continues while another view is shown. */
export function pushElement(): RegistryPush {
  if (element) return element
  element = document.createElement('registry-push')
  element.createWorker = openPort
  element.pullCommand = ({ registry, repository, tag }) => pullCommand(registry, `${repository}:${tag}`)
  element.imageLink = ({ registry, repository, tag }) =>
    addressOf({ registry: knownAs(registry), repository, reference: tag })
  element.addEventListener('push-progress', ({ detail: { state, sentBytes, presentBytes, totalBytes } }) => {
    const percent = Math.floor((100 * (sentBytes - presentBytes)) / Math.max(totalBytes - presentBytes, 1))
    $activity.set(state === 'running' || state === 'paused' ? `${percent} %` : undefined)
  })
  element.addEventListener('push-done', ({ detail: { registry, images } }) => rememberPush(registry.trim(), images))
  return element
}

/** The registry that a push has made the current one. The form shows it already, or what the user typed since. */
let pushedTo: string | undefined

/** Remembers the registry of a push. If the form is shown, that registry becomes the current one. */
function rememberPush(typed: string, images: readonly PushedImage[]): void {
  const registry = knownAs(typed)
  for (const { repository } of images) remember(registry, repository)
  if (!element?.isConnected || registry === $place.get().registry) return
  pushedTo = registry
  goTo({ view: 'push', registry }, { replace: true })
}

/** Shows the current registry of the page in the form. */
export function showRegistry(registry: string): void {
  if (registry !== pushedTo) pushElement().setAttribute('registry', registry)
  pushedTo = undefined
}

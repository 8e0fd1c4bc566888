import 'registry-api-v2-client/element'
import type { RegistryPush } from 'registry-api-v2-client/element'
import { $activity } from '../shell/activity.ts'
import { addressOf } from '../shell/address.ts'
import { pullCommand } from '../shell/pull-command.ts'
import { openPort } from '../shell/worker.ts'

let element: RegistryPush | undefined

/** The push form of the page. There is one, which goes on while another view is shown. */
export function pushElement(): RegistryPush {
  if (element) return element
  element = document.createElement('registry-push')
  element.createWorker = openPort
  element.pullCommand = ({ registry, repository, tag }) => pullCommand(registry, `${repository}:${tag}`)
  element.imageLink = ({ registry, repository, tag }) => addressOf({ registry, repository, reference: tag })
  element.addEventListener('push-progress', ({ detail: { state, sentBytes, totalBytes } }) => {
    const percent = Math.floor((100 * sentBytes) / Math.max(totalBytes, 1))
    $activity.set(state === 'running' || state === 'paused' ? `${percent} %` : undefined)
  })
  return element
}

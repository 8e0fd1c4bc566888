import { useEffect, useRef, useState } from 'react'
import {
  createPushController,
  type PushController,
  type PushProgress,
  parseRepositoryTag,
  push,
  type RegistryInput,
} from 'registry-api-v2-client'

export type PushState =
  | { readonly step: 'idle' | 'cancelled' }
  | { readonly step: 'pushing'; readonly controller: PushController; readonly progress?: PushProgress }
  | { readonly step: 'pushed'; readonly digest: string }
  | { readonly step: 'failed'; readonly error: unknown }

/** Pushes archives, one at a time. It cancels the push when the component unmounts. */
export function usePush(registry: RegistryInput) {
  const [state, setState] = useState<PushState>({ step: 'idle' })
  const running = useRef<PushController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  async function start(archive: File, name: string) {
    const controller = createPushController()
    running.current?.abort()
    running.current = controller
    const show = (state: PushState) => running.current === controller && setState(state)
    show({ step: 'pushing', controller })
    try {
      const { repository, tag } = parseRepositoryTag(name)
      const onProgress = (progress: PushProgress) => show({ step: 'pushing', controller, progress })
      const digest = await push(archive, registry, { repository, tag, controller, onProgress })
      show({ step: 'pushed', digest })
    } catch (error) {
      show(controller.signal.aborted ? { step: 'cancelled' } : { step: 'failed', error })
    }
  }

  return { state, start }
}

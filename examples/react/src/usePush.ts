import { useEffect, useRef, useState } from 'react'
import {
  createPushController,
  type PushController,
  type PushProgress,
  parseRepositoryTag,
  push,
  RegistryError,
  type RegistryInput,
} from 'registry-api-v2-client'

export type PushState =
  | { readonly step: 'idle' | 'cancelled' }
  | { readonly step: 'pushing'; readonly progress?: PushProgress }
  | { readonly step: 'pushed'; readonly digest: string }
  | { readonly step: 'failed'; readonly error: RegistryError }

/** Pushes archives, one at a time. It cancels the push when the component unmounts. */
export function usePush(registry: RegistryInput) {
  const [state, setState] = useState<PushState>({ step: 'idle' })
  const [isPaused, setPaused] = useState(false)
  const running = useRef<PushController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  async function start(archive: File, name: string) {
    const controller = createPushController()
    running.current?.abort()
    running.current = controller
    const show = (state: PushState) => running.current === controller && setState(state)
    setPaused(false)
    show({ step: 'pushing' })
    try {
      const { repository, tag } = parseRepositoryTag(name)
      const onProgress = (progress: PushProgress) => show({ step: 'pushing', progress })
      const digest = await push(archive, registry, { repository, tag, controller, onProgress })
      show({ step: 'pushed', digest })
    } catch (error) {
      if (controller.signal.aborted) show({ step: 'cancelled' })
      else if (error instanceof RegistryError) show({ step: 'failed', error })
      else throw error
    }
  }

  function togglePause() {
    if (isPaused) running.current?.resume()
    else running.current?.pause()
    setPaused(!isPaused)
  }

  return { state, isPaused, start, togglePause, cancel: () => running.current?.abort() }
}

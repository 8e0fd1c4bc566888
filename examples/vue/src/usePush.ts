import {
  createPushController,
  type PushController,
  type PushProgress,
  parseRepositoryTag,
  push,
  RegistryError,
  type RegistryInput,
} from 'registry-api-v2-client'
import { onScopeDispose, ref, shallowRef } from 'vue'

export type PushState =
  | { readonly step: 'idle' | 'cancelled' }
  | { readonly step: 'pushing'; readonly progress?: PushProgress }
  | { readonly step: 'pushed'; readonly digest: string }
  | { readonly step: 'failed'; readonly error: RegistryError }

/** Pushes archives, one at a time. It cancels the push when the component unmounts. */
export function usePush(registry: RegistryInput) {
  const state = shallowRef<PushState>({ step: 'idle' })
  const isPaused = ref(false)
  let running: PushController | undefined
  onScopeDispose(() => running?.abort())

  async function start(archive: File, name: string) {
    const controller = createPushController()
    running?.abort()
    running = controller
    const show = (next: PushState) => {
      if (running === controller) state.value = next
    }
    isPaused.value = false
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
    if (isPaused.value) running?.resume()
    else running?.pause()
    isPaused.value = !isPaused.value
  }

  return { state, isPaused, start, togglePause, cancel: () => running?.abort() }
}
